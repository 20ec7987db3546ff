"""coverage

Revision: 0005
After: 0004
Made: 2026-11-22 22:09:19.812286
"""

import sqlalchemy as sa
from alembic import op
from geoalchemy2 import Geography
from geoalchemy2 import Geometry
from sqlalchemy.dialects import postgresql

revision = '0005'
down_revision = '0004'
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table('coverage_scenario',
    sa.Column('id', sa.Integer(), sa.Identity(always=False), nullable=False),
    sa.Column('name', sa.Text(), nullable=False),
    sa.Column('note', sa.Text(), nullable=False),
    sa.Column('changes', postgresql.JSONB(astext_type=sa.Text()), nullable=False),
    sa.Column('created_on', sa.Date(), server_default=sa.text('CURRENT_DATE'), nullable=False),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_coverage_scenario')),
    sa.UniqueConstraint('name', name=op.f('uq_coverage_scenario_name'))
    )
    op.create_table('job',
    sa.Column('id', sa.Uuid(), nullable=False),
    sa.Column('kind', sa.Text(), nullable=False),
    sa.Column('key', sa.Text(), nullable=False),
    sa.Column('params', postgresql.JSONB(astext_type=sa.Text()), nullable=False),
    sa.Column('state', sa.Text(), nullable=False),
    sa.Column('done', sa.Integer(), nullable=False),
    sa.Column('total', sa.Integer(), nullable=True),
    sa.Column('told', sa.Text(), nullable=False),
    sa.Column('cancel', sa.Boolean(), nullable=False),
    sa.Column('error', sa.Text(), nullable=True),
    sa.Column('result', postgresql.JSONB(astext_type=sa.Text()), nullable=True),
    sa.Column('created_at', sa.DateTime(timezone=True), server_default=sa.text('now()'), nullable=False),
    sa.Column('started_at', sa.DateTime(timezone=True), nullable=True),
    sa.Column('heard_at', sa.DateTime(timezone=True), nullable=True),
    sa.Column('finished_at', sa.DateTime(timezone=True), nullable=True),
    sa.CheckConstraint("state in ('waiting', 'running', 'done', 'failed', 'cancelled')", name=op.f('ck_job_state')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_job'))
    )
    op.create_index(op.f('ix_job_key'), 'job', ['key'], unique=False)
    op.create_index(op.f('ix_job_state'), 'job', ['state'], unique=False)
    op.create_table('population_dataset',
    sa.Column('name', sa.Text(), nullable=False),
    sa.Column('title', sa.Text(), nullable=False),
    sa.Column('year', sa.Integer(), nullable=False),
    sa.Column('source', sa.Text(), nullable=False),
    sa.Column('licence', sa.Text(), nullable=False),
    sa.Column('demonstration', sa.Boolean(), nullable=False),
    sa.Column('fingerprint', sa.Text(), nullable=False),
    sa.Column('loaded_at', sa.DateTime(timezone=True), server_default=sa.text('now()'), nullable=False),
    sa.PrimaryKeyConstraint('name', name=op.f('pk_population_dataset'))
    )
    op.create_table('reach_row',
    sa.Column('network', sa.Text(), nullable=False),
    sa.Column('mode', sa.Text(), nullable=False),
    sa.Column('fingerprint', sa.Text(), nullable=False),
    sa.Column('lon', sa.Double(), nullable=False),
    sa.Column('lat', sa.Double(), nullable=False),
    sa.Column('limit_minutes', sa.Double(), nullable=False),
    sa.Column('samples', sa.LargeBinary(), nullable=False),
    sa.Column('seconds', sa.LargeBinary(), nullable=False),
    sa.Column('made_at', sa.DateTime(timezone=True), server_default=sa.text('now()'), nullable=False),
    sa.CheckConstraint("mode in ('foot', 'car')", name=op.f('ck_reach_row_mode')),
    sa.PrimaryKeyConstraint('network', 'mode', 'fingerprint', 'lon', 'lat', name=op.f('pk_reach_row'))
    )
    op.create_geospatial_table('population_sample',
    sa.Column('population_id', sa.BigInteger(), nullable=False),
    sa.Column('number', sa.Integer(), nullable=False),
    sa.Column('geog', Geography(geometry_type='POINT', srid=4326, dimension=2, spatial_index=False, from_text='ST_GeogFromText', name='geography', nullable=False), nullable=False),
    sa.Column('share', sa.Double(), nullable=False),
    sa.CheckConstraint('share > 0 and share <= 1', name=op.f('ck_population_sample_share')),
    sa.ForeignKeyConstraint(['population_id'], ['population.id'], name=op.f('fk_population_sample_population_id'), ondelete='CASCADE'),
    sa.PrimaryKeyConstraint('population_id', 'number', name=op.f('pk_population_sample'))
    )
    op.add_column('population', sa.Column('settlement', sa.Text(), nullable=True))
    op.add_column('population', sa.Column('bands', postgresql.JSONB(astext_type=sa.Text()), nullable=True))
    op.add_geospatial_column('population', sa.Column('shape', Geometry(geometry_type='MULTIPOLYGON', srid=4326, dimension=2, spatial_index=False, from_text='ST_GeomFromEWKT', name='geometry'), nullable=True))
    op.create_geospatial_index('ix_population_shape', 'population', ['shape'], unique=False, postgresql_using='gist', postgresql_ops={})
    op.create_check_constraint('settlement', 'population', "settlement in ('urban', 'mixed', 'rural')")
    # Datasets of before have no samples: they are listed, and coverage asks for them to be loaded again.
    op.execute("""
        insert into population_dataset (name, title, year, source, licence, demonstration, fingerprint)
        select dataset, dataset, max(year), '', '', false, '' from population group by dataset
    """)


def downgrade() -> None:
    op.drop_constraint('settlement', 'population')
    op.drop_geospatial_index('ix_population_shape', table_name='population', postgresql_using='gist', column_name='shape')
    op.drop_geospatial_column('population', 'shape')
    op.drop_column('population', 'bands')
    op.drop_column('population', 'settlement')
    op.drop_geospatial_table('population_sample')
    op.drop_table('reach_row')
    op.drop_table('population_dataset')
    op.drop_index(op.f('ix_job_state'), table_name='job')
    op.drop_index(op.f('ix_job_key'), table_name='job')
    op.drop_table('job')
    op.drop_table('coverage_scenario')
