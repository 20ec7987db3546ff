"""error report

Revision: 0003
After: 0002
Made: 2026-11-22 19:20:00
"""

import sqlalchemy as sa
from alembic import op

revision = '0003'
down_revision = '0002'
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table('error_report',
    sa.Column('id', sa.BigInteger(), sa.Identity(always=False), nullable=False),
    sa.Column('service_at_location_id', sa.Uuid(), nullable=False),
    sa.Column('field', sa.Text(), nullable=False),
    sa.Column('words', sa.Text(), nullable=False),
    sa.Column('made_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('closed_at', sa.DateTime(timezone=True), nullable=True),
    sa.Column('outcome', sa.Text(), nullable=True),
    sa.CheckConstraint("field in ('hours', 'phone', 'address', 'requirements', 'cost', 'closed', 'other')", name=op.f('ck_error_report_field')),
    sa.CheckConstraint('char_length(words) between 1 and 500', name=op.f('ck_error_report_words')),
    sa.CheckConstraint('(closed_at is null) = (outcome is null)', name=op.f('ck_error_report_closed_with_an_outcome')),
    sa.ForeignKeyConstraint(['service_at_location_id'], ['service_at_location.id'], name=op.f('fk_error_report_service_at_location_id'), ondelete='CASCADE'),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_error_report'))
    )
    op.create_index('ix_error_report_made_at', 'error_report', ['made_at'], unique=False)
    op.create_index(op.f('ix_error_report_service_at_location_id'), 'error_report', ['service_at_location_id'], unique=False)


def downgrade() -> None:
    op.drop_index(op.f('ix_error_report_service_at_location_id'), table_name='error_report')
    op.drop_index('ix_error_report_made_at', table_name='error_report')
    op.drop_table('error_report')
