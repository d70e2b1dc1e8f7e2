from django.db import migrations

# An agreed deadline is evidence of a promise: it moves only beside a row that keeps
# the old one and the reason. The residual triggers take the risk's row lock, else a
# parallel removal of the evidence would slip past both checks.
GUARD = """
CREATE FUNCTION keep_deadline() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF NOT EXISTS (
        SELECT FROM corruption_map_deadlinechange c
        WHERE c.measure_id = NEW.id AND c.before = OLD.deadline
            AND c.after IS NOT DISTINCT FROM NEW.deadline) THEN
        RAISE EXCEPTION 'A deadline moves only beside a row that says why'
            USING ERRCODE = 'check_violation';
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER deadline_is_not_overwritten
    BEFORE UPDATE ON corruption_map_measure
    FOR EACH ROW
    WHEN (OLD.deadline IS NOT NULL AND NEW.deadline IS DISTINCT FROM OLD.deadline)
    EXECUTE FUNCTION keep_deadline();

CREATE OR REPLACE FUNCTION refuse_unproved_residual() RETURNS trigger
LANGUAGE plpgsql AS $$
BEGIN
    IF NEW.kind = 'residual' THEN
        PERFORM 1 FROM corruption_map_risk WHERE id = NEW.risk_id FOR NO KEY UPDATE;
        IF NOT risk_has_verified_evidence(NEW.risk_id) THEN
            RAISE EXCEPTION 'A residual assessment needs a verified measure with evidence'
                USING ERRCODE = 'check_violation';
        END IF;
    END IF;
    RETURN NEW;
END $$;
CREATE OR REPLACE FUNCTION keep_proof_of_residual() RETURNS trigger
LANGUAGE plpgsql AS $$
DECLARE risk bigint;
BEGIN
    IF TG_TABLE_NAME = 'corruption_map_measure' THEN
        IF OLD.state <> 'verified_done' THEN
            RETURN NULL;
        END IF;
        risk := OLD.risk_id;
    ELSE
        SELECT risk_id INTO risk FROM corruption_map_measure WHERE id = OLD.measure_id;
    END IF;
    PERFORM 1 FROM corruption_map_risk WHERE id = risk FOR NO KEY UPDATE;
    IF risk IS NOT NULL AND EXISTS (
        SELECT FROM corruption_map_riskassessment a
        WHERE a.risk_id = risk AND a.kind = 'residual')
        AND NOT risk_has_verified_evidence(risk) THEN
        RAISE EXCEPTION 'A residual assessment rests on this measure or evidence'
            USING ERRCODE = 'check_violation';
    END IF;
    RETURN NULL;
END $$;
"""
UNGUARD = """
DROP TRIGGER deadline_is_not_overwritten ON corruption_map_measure;
DROP FUNCTION keep_deadline();
"""


class Migration(migrations.Migration):
    dependencies = [("corruption_map", "0003_progress_report_people")]
    operations = [migrations.RunSQL(GUARD, UNGUARD)]
