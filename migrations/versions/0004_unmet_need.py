"""unmet need

Revision: 0004
After: 0003
Made: 2026-11-22 20:10:00
"""

import sqlalchemy as sa
from alembic import op

revision = '0004'
down_revision = '0003'
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table('unmet_need',
    sa.Column('id', sa.Uuid(), nullable=False),
    sa.Column('area_code', sa.Text(), nullable=False),
    sa.Column('needs', sa.ARRAY(sa.Text()), nullable=False),
    sa.Column('mode', sa.Text(), nullable=False),
    sa.Column('max_minutes', sa.Integer(), nullable=False),
    sa.Column('day', sa.Date(), nullable=False),
    sa.CheckConstraint('cardinality(needs) between 1 and 10', name=op.f('ck_unmet_need_needs')),
    sa.CheckConstraint("mode in ('foot', 'car', 'transit')", name=op.f('ck_unmet_need_mode')),
    sa.CheckConstraint('max_minutes between 1 and 1440', name=op.f('ck_unmet_need_max_minutes')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_unmet_need'))
    )
    op.create_index(op.f('ix_unmet_need_day'), 'unmet_need', ['day'], unique=False)


def downgrade() -> None:
    op.drop_index(op.f('ix_unmet_need_day'), table_name='unmet_need')
    op.drop_table('unmet_need')
