package dev.tidemark.deployment;

import dev.tidemark.view.ViewDefinition;
import org.apache.avro.Schema;

/**
 * A view of which something is wrong, or of whose source: it is not in the deployment, but its expressions can be
 * looked at, so that a user sees every problem at once.
 *
 * @param schema the source's schema
 * @param view the view; something else stands in the place of what is wrong with it beside its expressions
 * @param locations where its fields stand
 */
public record Draft(Schema schema, ViewDefinition view, Locations locations) {}
