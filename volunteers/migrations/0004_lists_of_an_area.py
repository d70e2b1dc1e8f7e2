from django.contrib.postgres.operations import AddIndexConcurrently
from django.db import migrations, models


class Migration(migrations.Migration):
    # Nobody waits while the indexes are built: that needs no transaction around it.
    atomic = False

    dependencies = [("volunteers", "0003_lists_of_a_million")]

    operations = [
        AddIndexConcurrently(
            model_name="volunteerprofile",
            index=models.Index(
                fields=["area", "-applied_at", "-id"], name="volunteer_of_area"
            ),
        ),
        AddIndexConcurrently(
            model_name="volunteerprofile",
            index=models.Index(
                fields=["area", "-applied_at", "-id"],
                name="volunteer_applied_in_area",
                condition=models.Q(state="applied"),
            ),
        ),
    ]
