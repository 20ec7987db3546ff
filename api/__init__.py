"""The JSON face of the directory: routes, schemas, errors, and the one place that wires the service."""
