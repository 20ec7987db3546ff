"""Child process: print the points of one GeoPackage or Shapefile as JSON lines.

Only the one driver asked for is registered: GDAL opens what a file's content says, not its name, and a
virtual file (VRT) or a web service stub would otherwise read other files and call other hosts.
"""

import os
import sys

DRIVERS = {"gpkg": "GPKG", "shp": "ESRI Shapefile"}


def skip_all_but(driver: str) -> str:
    """Value of GDAL_SKIP that leaves one driver; with commas, because two names have blanks."""
    return ",".join(name for name in EVERY_DRIVER.split(",") if name != driver)


def main(path: str, kind: str, layer: str) -> None:
    """Print {"layers", "header", "crs"} and then one list of texts per feature."""
    driver = DRIVERS[kind]
    _register_only(driver)
    # Imported only now: GDAL reads its settings when it is loaded, and registers its drivers then.
    from importers.gdal_layer import print_layer

    print_layer(path, kind, layer, driver)


def _register_only(driver: str) -> None:
    """Environment under which GDAL registers one driver, calls nobody and looks at no neighbouring files."""
    os.environ.update(
        {
            "GDAL_SKIP": skip_all_but(driver),
            "GDAL_HTTP_TIMEOUT": "1",
            "GDAL_HTTP_MAX_RETRY": "0",
            "CPL_VSIL_CURL_ALLOWED_EXTENSIONS": ".none",
            "CPL_CURL_ENABLED": "NO",
            "OGR_SQLITE_LOAD_EXTENSIONS": "",
            "OGR_ENABLE_PARTIAL_REPROJECTION": "NO",
            "SHAPE_RESTORE_SHX": "NO",
            "PROJ_NETWORK": "OFF",
        }
    )


# Those of GDAL 3.12.4 in pyogrio 0.13.0; `gdal_layer` refuses to go on when another one is registered.
EVERY_DRIVER = (
    "MEM,PCIDSK,PDS4,VICAR,PDF,MBTiles,EEDA,OGCAPI,GDALG,ESRI Shapefile,MapInfo File,LVBAG,S57,DGN,OGR_VRT,"
    "CSV,GML,GPX,LIBKML,KML,GeoJSON,GeoJSONSeq,ESRIJSON,TopoJSON,OGR_GMT,GPKG,SQLite,WAsP,OpenFileGDB,DXF,"
    "FlatGeobuf,GeoRSS,VFK,PGDUMP,OSM,GPSBabel,OGR_PDS,WFS,OAPIF,EDIGEO,Idrisi,ODS,XLSX,Elasticsearch,Carto,"
    "AmigoCloud,SXF,Selafin,JML,PLSCENES,CSW,VDV,MVT,NGW,MapML,GTFS,PMTiles,JSONFG,MiraMonVector,ADBC,"
    "AVCBin,AVCE00,AIVector,HTTP"
)


if __name__ == "__main__":
    main(*sys.argv[1:])
