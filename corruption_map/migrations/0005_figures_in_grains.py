import django.db.models.deletion
from django.db import migrations, models

COUNTED = ("area", "state", "current_score", "year")
STATES = [
    ("draft", "Draft"),
    ("in_review", "In review"),
    ("published", "Open"),
    ("closed", "Eliminated"),
    ("withdrawn", "Withdrawn"),
]
LEVELS = [
    ("low", "Low"),
    ("medium", "Medium"),
    ("high", "High"),
    ("critical", "Critical"),
]
GRAINS = [
    ("plain", "Year, area, level and state"),
    ("sphere", "and sphere"),
    ("detection", "and source of detection"),
    ("kind", "and kind of body"),
]


def optional(to):
    return models.ForeignKey(
        db_index=False,
        null=True,
        on_delete=django.db.models.deletion.CASCADE,
        related_name="+",
        to=to,
    )


class Migration(migrations.Migration):
    """Derived rows: they are made anew, so nothing is carried over."""

    dependencies = [("corruption_map", "0004_guard_deadlines")]
    operations = [
        migrations.DeleteModel("RiskCount"),
        migrations.CreateModel(
            name="RiskCount",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True,
                        primary_key=True,
                        serialize=False,
                        verbose_name="ID",
                    ),
                ),
                ("grain", models.CharField(choices=GRAINS, max_length=10)),
                ("year", models.PositiveSmallIntegerField()),
                (
                    "area",
                    models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="+",
                        to="territory.area",
                    ),
                ),
                ("state", models.CharField(choices=STATES, max_length=10)),
                ("level", models.CharField(blank=True, choices=LEVELS, max_length=10)),
                ("sphere", optional("corruption_map.sphere")),
                ("detection_source", optional("corruption_map.detectionsource")),
                ("body_kind", optional("territory.bodykind")),
                ("risks", models.PositiveIntegerField()),
                ("score_sum", models.PositiveIntegerField()),
                ("measures", models.PositiveIntegerField()),
                ("measures_overdue", models.PositiveIntegerField()),
                ("is_demo", models.BooleanField()),
                ("counted_on", models.DateField()),
            ],
            options={
                "verbose_name": "figures of the map",
                "verbose_name_plural": "figures of the map",
                "indexes": [
                    models.Index(
                        fields=["grain", "area", "year"], name="riskcount_area_year"
                    )
                ],
            },
        ),
        migrations.AddIndex(
            model_name="risk",
            index=models.Index(
                fields=["sphere", "detection_source"],
                include=COUNTED,
                name="risk_by_sphere_and_source",
            ),
        ),
        migrations.AddIndex(
            model_name="risk",
            index=models.Index(
                fields=["sphere", "body"],
                include=COUNTED,
                name="risk_by_sphere_and_body",
            ),
        ),
        migrations.AddIndex(
            model_name="risk",
            index=models.Index(
                fields=["detection_source", "body"],
                include=COUNTED,
                name="risk_by_source_and_body",
            ),
        ),
    ]
