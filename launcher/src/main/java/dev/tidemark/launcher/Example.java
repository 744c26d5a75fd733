package dev.tidemark.launcher;

import dev.tidemark.deployment.Deployment;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;

/** A deployment that comes with its events. */
sealed interface Example permits FlightsExample, ShopExample {

    /** Every example, the default first. */
    static List<Example> all() {
        return List.of(new ShopExample(), new FlightsExample());
    }

    /** The example of that name. */
    static Optional<Example> of(String name) {
        return all().stream().filter(example -> example.name().equals(name)).findFirst();
    }

    /** Its name, and that of its deployment. */
    String name();

    /** What to ask first, as path and parameters. */
    String query();

    /** Writes into a copy of its files what each copy has of its own; the copy is not in use yet. */
    default void complete(Path directory) throws IOException {}

    /** The events of one copy of it, from the first on; the same each time. */
    ExampleEvents events(Deployment copy);
}
