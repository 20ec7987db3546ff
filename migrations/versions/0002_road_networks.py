"""road networks

Revision: 0002
After: 0001
Made: 2026-11-22 19:12:00
"""

import sqlalchemy as sa
from alembic import op

revision = '0002'
down_revision = '0001'
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column('area', sa.Column('settlement', sa.Text(), nullable=True))
    op.create_check_constraint(op.f('ck_area_settlement'), 'area', "settlement in ('urban', 'mixed', 'rural')")
    op.create_table('offer_access',
    sa.Column('offer_id', sa.Uuid(), nullable=False),
    sa.Column('network', sa.Text(), nullable=False),
    sa.Column('mode', sa.Text(), nullable=False),
    sa.Column('lon', sa.Double(), nullable=False),
    sa.Column('lat', sa.Double(), nullable=False),
    sa.Column('off_road', sa.Double(), nullable=False),
    sa.Column('edge', sa.Integer(), nullable=False),
    sa.Column('along', sa.Double(), nullable=False),
    sa.Column('metres', sa.Double(), nullable=False),
    sa.CheckConstraint("mode in ('foot', 'car')", name=op.f('ck_offer_access_mode')),
    sa.ForeignKeyConstraint(['offer_id'], ['offer.id'], name=op.f('fk_offer_access_offer_id'), ondelete='CASCADE'),
    sa.PrimaryKeyConstraint('offer_id', 'network', 'mode', name=op.f('pk_offer_access'))
    )


def downgrade() -> None:
    op.drop_table('offer_access')
    op.drop_constraint(op.f('ck_area_settlement'), 'area', type_='check')
    op.drop_column('area', 'settlement')
