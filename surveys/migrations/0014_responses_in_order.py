import django.db.models.deletion
from django.contrib.postgres.operations import AddIndexConcurrently
from django.db import migrations, models

# Django would lift the foreign key and check every response to set it again.
OLD = "surveys_response_wave_id_61ed6b61"
DROP = f"DROP INDEX CONCURRENTLY IF EXISTS {OLD}"
RESTORE = f"CREATE INDEX CONCURRENTLY {OLD} ON surveys_response (wave_id)"


class Migration(migrations.Migration):
    # Nobody waits while the index is built: that needs no transaction around it.
    atomic = False

    dependencies = [("surveys", "0013_more_than_promised")]

    operations = [
        AddIndexConcurrently(
            model_name="response",
            index=models.Index(fields=["wave", "id"], name="response_of_wave"),
        ),
        migrations.SeparateDatabaseAndState(
            database_operations=[migrations.RunSQL(DROP, RESTORE)],
            state_operations=[
                migrations.AlterField(
                    model_name="response",
                    name="wave",
                    field=models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="responses",
                        to="surveys.wave",
                        verbose_name="wave",
                    ),
                )
            ],
        ),
    ]
