from django.db import migrations

# A closed wave may hide groups that were promised to be shown, never show hidden ones.
GUARD = """
CREATE OR REPLACE FUNCTION surveys_keep_promises() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF ((NEW.anonymity, NEW.questionnaire_id, NEW.sample, NEW.flush_size,
         NEW.hide_until_close, NEW.splits, NEW.strata)
        IS DISTINCT FROM
        (OLD.anonymity, OLD.questionnaire_id, OLD.sample, OLD.flush_size,
         OLD.hide_until_close, OLD.splits, OLD.strata)
        OR {min_cell})
       AND (OLD.state <> 'draft'
            OR EXISTS (SELECT FROM surveys_invitation
                       WHERE wave_id = OLD.id AND spend_hash IS NOT NULL)
            OR EXISTS (SELECT FROM surveys_tokenspend WHERE wave_id = OLD.id)
            OR EXISTS (SELECT FROM surveys_inbox WHERE wave_id = OLD.id)
            OR EXISTS (SELECT FROM surveys_response WHERE wave_id = OLD.id))
    THEN
        RAISE EXCEPTION 'What was promised to those who answer cannot change'
            USING ERRCODE = 'check_violation';
    END IF;
    RETURN NEW;
END $$;
"""
OTHER = "NEW.min_cell <> OLD.min_cell"
KEEP = GUARD.format(
    min_cell=f"{OTHER} AND NOT (OLD.state = 'closed' AND NEW.min_cell > OLD.min_cell)"
)
BEFORE = GUARD.format(min_cell=OTHER)


class Migration(migrations.Migration):
    dependencies = [("surveys", "0012_invitees_until_close")]
    operations = [migrations.RunSQL(KEEP, BEFORE)]
