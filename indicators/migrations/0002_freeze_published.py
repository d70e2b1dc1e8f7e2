from django.db import migrations

# Published means frozen: what somebody may have cited is superseded, never edited.
# The release's row is locked first, else a figure could slip in while it is published.
FREEZE = """
CREATE FUNCTION refuse_frozen_release() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF OLD.published_at IS NOT NULL THEN
        RAISE EXCEPTION 'A published release is frozen: supersede it'
            USING ERRCODE = 'check_violation';
    END IF;
    RETURN CASE WHEN TG_OP = 'DELETE' THEN OLD ELSE NEW END;
END $$;
CREATE FUNCTION refuse_frozen_observation() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE frozen boolean;
BEGIN
    IF TG_OP <> 'INSERT' THEN
        SELECT published_at IS NOT NULL INTO frozen FROM indicators_release
            WHERE id = OLD.release_id FOR NO KEY UPDATE;
        IF frozen THEN
            RAISE EXCEPTION 'A published release is frozen: supersede it'
                USING ERRCODE = 'check_violation';
        END IF;
    END IF;
    IF TG_OP <> 'DELETE' THEN
        SELECT published_at IS NOT NULL INTO frozen FROM indicators_release
            WHERE id = NEW.release_id FOR NO KEY UPDATE;
        IF frozen THEN
            RAISE EXCEPTION 'A published release is frozen: supersede it'
                USING ERRCODE = 'check_violation';
        END IF;
        RETURN NEW;
    END IF;
    RETURN OLD;
END $$;
CREATE TRIGGER release_is_frozen
    BEFORE UPDATE OR DELETE ON indicators_release
    FOR EACH ROW EXECUTE FUNCTION refuse_frozen_release();
CREATE TRIGGER observation_is_frozen
    BEFORE INSERT OR UPDATE OR DELETE ON indicators_observation
    FOR EACH ROW EXECUTE FUNCTION refuse_frozen_observation();
"""
UNFREEZE = """
DROP TRIGGER observation_is_frozen ON indicators_observation;
DROP TRIGGER release_is_frozen ON indicators_release;
DROP FUNCTION refuse_frozen_observation();
DROP FUNCTION refuse_frozen_release();
"""


class Migration(migrations.Migration):
    dependencies = [("indicators", "0001_initial")]
    operations = [migrations.RunSQL(FREEZE, UNFREEZE)]
