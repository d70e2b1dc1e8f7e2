from django.db import migrations

# The close waits for a list being taken in, and the other way round: both lock the wave.
KEEP = """
CREATE FUNCTION surveys_keep_invitees() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE held text;
BEGIN
    SELECT state INTO held FROM surveys_wave WHERE id = NEW.wave_id FOR SHARE;
    IF held = 'closed' THEN
        RAISE EXCEPTION 'Nobody is listed for a closed wave: its list was deleted'
            USING ERRCODE = 'check_violation';
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER invitees_end_with_the_wave
    BEFORE INSERT OR UPDATE OF wave_id ON surveys_invitation
    FOR EACH ROW EXECUTE FUNCTION surveys_keep_invitees();
"""
FORGET = """
DROP TRIGGER invitees_end_with_the_wave ON surveys_invitation;
DROP FUNCTION surveys_keep_invitees();
"""


class Migration(migrations.Migration):
    dependencies = [("surveys", "0011_withdrawn_release")]
    operations = [migrations.RunSQL(KEEP, FORGET)]
