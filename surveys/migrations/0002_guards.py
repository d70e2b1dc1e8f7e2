from django.db import migrations

# What people answered is frozen by the database itself (a made-up survey may be taken
# away whole); what would lead from an answer
# to a person is refused by it. The Inbox stays out of the write-ahead log, and so out of
# its archive: see docs/adr/0050.
GUARD = """
CREATE FUNCTION surveys_keep_questionnaire() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF OLD.state <> 'draft' AND (
        (TG_OP = 'DELETE'
         AND NOT (SELECT is_demo FROM surveys_survey WHERE id = OLD.survey_id))
        OR TG_OP = 'UPDATE' AND (NEW.state = 'draft'
        OR (NEW.survey_id, NEW.number, NEW.body, NEW.body_sha256,
            NEW.intro_kk, NEW.intro_ru, NEW.intro_en)
           IS DISTINCT FROM
           (OLD.survey_id, OLD.number, OLD.body, OLD.body_sha256,
            OLD.intro_kk, OLD.intro_ru, OLD.intro_en))
    ) THEN
        RAISE EXCEPTION 'A frozen questionnaire is superseded, never edited'
            USING ERRCODE = 'check_violation';
    END IF;
    RETURN CASE WHEN TG_OP = 'DELETE' THEN OLD ELSE NEW END;
END $$;
CREATE TRIGGER questionnaire_is_frozen
    BEFORE UPDATE OR DELETE ON surveys_questionnaire
    FOR EACH ROW EXECUTE FUNCTION surveys_keep_questionnaire();

CREATE FUNCTION surveys_keep_item() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE held text; made_up boolean;
BEGIN
    IF TG_OP <> 'INSERT' THEN
        SELECT q.state, s.is_demo INTO held, made_up FROM surveys_questionnaire q
            JOIN surveys_survey s ON s.id = q.survey_id
            WHERE q.id = OLD.questionnaire_id FOR NO KEY UPDATE OF q;
        IF held <> 'draft' AND NOT (made_up AND TG_OP = 'DELETE') THEN
            RAISE EXCEPTION 'A frozen questionnaire is superseded, never edited'
                USING ERRCODE = 'check_violation';
        END IF;
    END IF;
    IF TG_OP <> 'DELETE' THEN
        SELECT state INTO held FROM surveys_questionnaire
            WHERE id = NEW.questionnaire_id FOR NO KEY UPDATE;
        IF held <> 'draft' THEN
            RAISE EXCEPTION 'A frozen questionnaire is superseded, never edited'
                USING ERRCODE = 'check_violation';
        END IF;
        RETURN NEW;
    END IF;
    RETURN OLD;
END $$;
CREATE TRIGGER item_is_frozen
    BEFORE INSERT OR UPDATE OR DELETE ON surveys_item
    FOR EACH ROW EXECUTE FUNCTION surveys_keep_item();

CREATE FUNCTION surveys_keep_choice() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE held text; made_up boolean;
BEGIN
    SELECT q.state, s.is_demo INTO held, made_up FROM surveys_item i
        JOIN surveys_questionnaire q ON q.id = i.questionnaire_id
        JOIN surveys_survey s ON s.id = q.survey_id
        WHERE i.id = CASE WHEN TG_OP = 'INSERT' THEN NEW.item_id ELSE OLD.item_id END
        FOR NO KEY UPDATE OF q;
    IF held <> 'draft' AND NOT (made_up AND TG_OP = 'DELETE') THEN
        RAISE EXCEPTION 'A frozen questionnaire is superseded, never edited'
            USING ERRCODE = 'check_violation';
    END IF;
    IF TG_OP = 'UPDATE' AND NEW.item_id <> OLD.item_id THEN
        RAISE EXCEPTION 'A choice stays with its item' USING ERRCODE = 'check_violation';
    END IF;
    RETURN CASE WHEN TG_OP = 'DELETE' THEN OLD ELSE NEW END;
END $$;
CREATE TRIGGER choice_is_frozen
    BEFORE INSERT OR UPDATE OR DELETE ON surveys_choice
    FOR EACH ROW EXECUTE FUNCTION surveys_keep_choice();

CREATE FUNCTION surveys_keep_promises() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF (NEW.anonymity, NEW.questionnaire_id, NEW.sample, NEW.min_cell, NEW.flush_size,
        NEW.hide_until_close, NEW.splits)
       IS DISTINCT FROM
       (OLD.anonymity, OLD.questionnaire_id, OLD.sample, OLD.min_cell, OLD.flush_size,
        OLD.hide_until_close, OLD.splits)
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
CREATE TRIGGER wave_keeps_promises
    BEFORE UPDATE ON surveys_wave
    FOR EACH ROW EXECUTE FUNCTION surveys_keep_promises();

CREATE FUNCTION surveys_keep_release() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF OLD.state <> 'draft' AND (
        (TG_OP = 'DELETE'
         AND NOT (SELECT is_demo FROM surveys_wave WHERE id = OLD.wave_id))
        OR TG_OP = 'UPDATE' AND (NEW.state = 'draft'
        OR (NEW.wave_id, NEW.scheme_id, NEW.number, NEW.published_on, NEW.sha256,
            NEW.methodology, NEW.reason_kk, NEW.reason_ru, NEW.reason_en, NEW.body)
           IS DISTINCT FROM
           (OLD.wave_id, OLD.scheme_id, OLD.number, OLD.published_on, OLD.sha256,
            OLD.methodology, OLD.reason_kk, OLD.reason_ru, OLD.reason_en, OLD.body))
    ) THEN
        RAISE EXCEPTION 'A published release is superseded, never edited'
            USING ERRCODE = 'check_violation';
    END IF;
    RETURN CASE WHEN TG_OP = 'DELETE' THEN OLD ELSE NEW END;
END $$;
CREATE TRIGGER release_of_results_is_frozen
    BEFORE UPDATE OR DELETE ON surveys_release
    FOR EACH ROW EXECUTE FUNCTION surveys_keep_release();

CREATE FUNCTION surveys_keep_estimate() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE held text; made_up boolean;
BEGIN
    SELECT r.state, w.is_demo INTO held, made_up FROM surveys_release r
        JOIN surveys_wave w ON w.id = r.wave_id
        WHERE r.id = CASE WHEN TG_OP = 'INSERT' THEN NEW.release_id ELSE OLD.release_id END
        FOR NO KEY UPDATE OF r;
    IF held <> 'draft' AND made_up AND TG_OP = 'DELETE' THEN
        RETURN OLD;
    END IF;
    IF held <> 'draft' OR (TG_OP = 'UPDATE' AND NEW.release_id <> OLD.release_id) THEN
        RAISE EXCEPTION 'A published release is superseded, never edited'
            USING ERRCODE = 'check_violation';
    END IF;
    RETURN CASE WHEN TG_OP = 'DELETE' THEN OLD ELSE NEW END;
END $$;
CREATE TRIGGER estimate_is_frozen
    BEFORE INSERT OR UPDATE OR DELETE ON surveys_estimate
    FOR EACH ROW EXECUTE FUNCTION surveys_keep_estimate();

CREATE FUNCTION surveys_append_only() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION 'History is appended, never edited'
        USING ERRCODE = 'check_violation';
END $$;
CREATE TRIGGER action_history_is_append_only
    BEFORE UPDATE OR DELETE ON surveys_actionchange
    FOR EACH ROW EXECUTE FUNCTION surveys_append_only();

ALTER TABLE surveys_inbox SET UNLOGGED;
"""
RELEASE = """
ALTER TABLE surveys_inbox SET LOGGED;
DROP TRIGGER action_history_is_append_only ON surveys_actionchange;
DROP TRIGGER estimate_is_frozen ON surveys_estimate;
DROP TRIGGER release_of_results_is_frozen ON surveys_release;
DROP TRIGGER wave_keeps_promises ON surveys_wave;
DROP TRIGGER choice_is_frozen ON surveys_choice;
DROP TRIGGER item_is_frozen ON surveys_item;
DROP TRIGGER questionnaire_is_frozen ON surveys_questionnaire;
DROP FUNCTION surveys_append_only();
DROP FUNCTION surveys_keep_estimate();
DROP FUNCTION surveys_keep_release();
DROP FUNCTION surveys_keep_promises();
DROP FUNCTION surveys_keep_choice();
DROP FUNCTION surveys_keep_item();
DROP FUNCTION surveys_keep_questionnaire();
"""


class Migration(migrations.Migration):
    dependencies = [("surveys", "0001_initial")]
    operations = [migrations.RunSQL(GUARD, RELEASE)]
