"""streets

Revision: 0006
After: 0005
Made: 2026-11-22 22:24:11.732788
"""

import sqlalchemy as sa
from alembic import op
from geoalchemy2 import Geography
from geoalchemy2 import Geometry

revision = '0006'
down_revision = '0005'
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table('network_map',
    sa.Column('network', sa.Text(), nullable=False),
    sa.Column('digest', sa.Text(), nullable=False),
    sa.Column('areas', sa.Text(), nullable=False),
    sa.PrimaryKeyConstraint('network', name=op.f('pk_network_map'))
    )
    op.create_geospatial_table('base_road',
    sa.Column('id', sa.BigInteger(), sa.Identity(always=False), nullable=False),
    sa.Column('network', sa.Text(), nullable=False),
    sa.Column('road_class', sa.Text(), nullable=False),
    sa.Column('level', sa.Integer(), nullable=False),
    sa.Column('shape', Geometry(srid=3857, dimension=2, spatial_index=False, from_text='ST_GeomFromEWKT', name='geometry', nullable=False), nullable=False),
    sa.CheckConstraint("road_class in ('motorway', 'trunk', 'primary', 'secondary', 'tertiary')", name=op.f('ck_base_road_road_class')),
    sa.ForeignKeyConstraint(['network'], ['network_map.network'], name=op.f('fk_base_road_network'), ondelete='CASCADE'),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_base_road'))
    )
    op.create_index(op.f('ix_base_road_level'), 'base_road', ['level'], unique=False)
    op.create_index(op.f('ix_base_road_network'), 'base_road', ['network'], unique=False)
    op.create_geospatial_index('ix_base_road_shape', 'base_road', ['shape'], unique=False, postgresql_using='gist', postgresql_ops={})
    op.create_geospatial_table('street',
    sa.Column('id', sa.BigInteger(), sa.Identity(always=False), nullable=False),
    sa.Column('network', sa.Text(), nullable=False),
    sa.Column('name', sa.Text(), nullable=False),
    sa.Column('folded', sa.Text(), nullable=False),
    sa.Column('area_code', sa.Text(), nullable=True),
    sa.Column('geog', Geography(geometry_type='POINT', srid=4326, dimension=2, spatial_index=False, from_text='ST_GeogFromText', name='geography', nullable=False), nullable=False),
    sa.Column('precision_m', sa.Double(), nullable=False),
    sa.ForeignKeyConstraint(['area_code'], ['area.code'], name=op.f('fk_street_area_code'), ondelete='CASCADE'),
    sa.ForeignKeyConstraint(['network'], ['network_map.network'], name=op.f('fk_street_network'), ondelete='CASCADE'),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_street'))
    )
    op.create_index(op.f('ix_street_area_code'), 'street', ['area_code'], unique=False)
    op.create_index('ix_street_folded_area_code', 'street', ['folded', 'area_code'], unique=False)
    op.create_index(op.f('ix_street_network'), 'street', ['network'], unique=False)


def downgrade() -> None:
    op.drop_index(op.f('ix_street_network'), table_name='street')
    op.drop_index('ix_street_folded_area_code', table_name='street')
    op.drop_index(op.f('ix_street_area_code'), table_name='street')
    op.drop_geospatial_table('street')
    op.drop_geospatial_index('ix_base_road_shape', table_name='base_road', postgresql_using='gist', column_name='shape')
    op.drop_index(op.f('ix_base_road_network'), table_name='base_road')
    op.drop_index(op.f('ix_base_road_level'), table_name='base_road')
    op.drop_geospatial_table('base_road')
    op.drop_table('network_map')
