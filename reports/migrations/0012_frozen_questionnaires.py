"""Published means frozen: the database itself refuses to change a questionnaire."""

from django.db import migrations

FREEZE = """
CREATE FUNCTION reports_questionnaire_is_frozen() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION 'A published questionnaire is frozen'
        USING ERRCODE = 'restrict_violation';
END $$;
CREATE TRIGGER reports_questionnaire_frozen BEFORE UPDATE OR DELETE
    ON reports_questionnaire FOR EACH ROW WHEN (OLD.is_published)
    EXECUTE FUNCTION reports_questionnaire_is_frozen();
"""
MELT = """
DROP TRIGGER reports_questionnaire_frozen ON reports_questionnaire;
DROP FUNCTION reports_questionnaire_is_frozen();
"""


class Migration(migrations.Migration):
    dependencies = [("reports", "0011_search_shards")]

    operations = [migrations.RunSQL(FREEZE, MELT)]
