package dev.tidemark.deployment;

import dev.tidemark.schema.Field;
import dev.tidemark.view.ViewDefinition;
import java.util.List;
import org.apache.avro.Schema;

/**
 * A view of which something is wrong, or of whose source: it is not in the deployment, but its expressions can be
 * looked at, so that a user sees every problem at once.
 *
 * @param schema the source's schema
 * @param enriched what its events have beside their fields
 * @param view the view; something else stands in the place of what is wrong with it beside its expressions
 * @param locations where its fields stand
 */
public record Draft(Schema schema, List<Field> enriched, ViewDefinition view, Locations locations) {}
