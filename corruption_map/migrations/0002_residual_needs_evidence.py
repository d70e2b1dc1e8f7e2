from django.db import migrations

GUARD = """
CREATE FUNCTION risk_has_verified_evidence(risk bigint) RETURNS boolean
LANGUAGE sql STABLE AS $$
    SELECT EXISTS (
        SELECT FROM corruption_map_measure m
        JOIN corruption_map_evidence e ON e.measure_id = m.id
        WHERE m.risk_id = risk AND m.state = 'verified_done')
$$;
CREATE FUNCTION refuse_unproved_residual() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF NEW.kind = 'residual' AND NOT risk_has_verified_evidence(NEW.risk_id) THEN
        RAISE EXCEPTION 'A residual assessment needs a verified measure with evidence'
            USING ERRCODE = 'check_violation';
    END IF;
    RETURN NEW;
END $$;
-- Deferred, so that a risk may be deleted whole.
CREATE FUNCTION keep_proof_of_residual() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE risk bigint;
BEGIN
    IF TG_TABLE_NAME = 'corruption_map_measure' THEN
        risk := OLD.risk_id;
    ELSE
        SELECT risk_id INTO risk FROM corruption_map_measure WHERE id = OLD.measure_id;
    END IF;
    IF risk IS NOT NULL AND EXISTS (
        SELECT FROM corruption_map_riskassessment a
        WHERE a.risk_id = risk AND a.kind = 'residual')
        AND NOT risk_has_verified_evidence(risk) THEN
        RAISE EXCEPTION 'A residual assessment rests on this measure or evidence'
            USING ERRCODE = 'check_violation';
    END IF;
    RETURN NULL;
END $$;
CREATE TRIGGER residual_needs_evidence
    BEFORE INSERT OR UPDATE ON corruption_map_riskassessment
    FOR EACH ROW EXECUTE FUNCTION refuse_unproved_residual();
CREATE CONSTRAINT TRIGGER measure_keeps_proof
    AFTER UPDATE OR DELETE ON corruption_map_measure
    DEFERRABLE INITIALLY DEFERRED
    FOR EACH ROW EXECUTE FUNCTION keep_proof_of_residual();
CREATE CONSTRAINT TRIGGER evidence_keeps_proof
    AFTER UPDATE OR DELETE ON corruption_map_evidence
    DEFERRABLE INITIALLY DEFERRED
    FOR EACH ROW EXECUTE FUNCTION keep_proof_of_residual();
"""
UNGUARD = """
DROP TRIGGER evidence_keeps_proof ON corruption_map_evidence;
DROP TRIGGER measure_keeps_proof ON corruption_map_measure;
DROP TRIGGER residual_needs_evidence ON corruption_map_riskassessment;
DROP FUNCTION keep_proof_of_residual();
DROP FUNCTION refuse_unproved_residual();
DROP FUNCTION risk_has_verified_evidence(bigint);
"""


class Migration(migrations.Migration):
    dependencies = [("corruption_map", "0001_initial")]
    operations = [migrations.RunSQL(GUARD, UNGUARD)]
