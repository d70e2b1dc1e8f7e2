"""The map's figures as they are kept, to compare with how they should be."""

from corruption_map.models import RiskCount

UNCOMPARED = ("id", "counted_on")


def figures():
    columns = [
        field.attname
        for field in RiskCount._meta.concrete_fields
        if field.name not in UNCOMPARED
    ]
    return sorted(RiskCount.objects.values_list(*columns), key=str)
