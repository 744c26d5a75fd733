package dev.tidemark.launcher;

import dev.tidemark.deployment.UnavailableException;
import java.io.IOException;
import java.net.URISyntaxException;
import java.nio.file.Files;
import java.nio.file.Path;

/**
 * Where Tidemark itself stands, as a build leaves it.
 *
 * @param home the root of the checkout
 */
public record Installation(Path home) {

    /** The system property that names the root; without it, the root is found from where this class was loaded. */
    public static final String HOME = "tidemark.home";

    public static Installation find() {
        String home = System.getProperty(HOME);
        return new Installation(
                home != null
                        ? Path.of(home)
                        : ownClasses().getParent().getParent().getParent());
    }

    private static Path ownClasses() {
        try {
            return Path.of(Installation.class
                    .getProtectionDomain()
                    .getCodeSource()
                    .getLocation()
                    .toURI());
        } catch (URISyntaxException e) {
            throw new IllegalStateException(e);
        }
    }

    /** The class path of a module's process; the launcher's own classes come last, for {@link TetheredMain}. */
    String classPath(String module) {
        Path target = home.resolve(module).resolve("target");
        try {
            String dependencies = Files.readString(target.resolve("classpath")).trim();
            return String.join(
                    java.io.File.pathSeparator,
                    target.resolve("classes").toString(),
                    dependencies,
                    ownClasses().toString());
        } catch (IOException e) {
            throw new UnavailableException(
                    "module %s is not built (%s): run ./tidemark in %s, which builds what is missing, or set -D%s"
                            .formatted(module, e, home, HOME));
        }
    }

    /** The folder of an example. */
    Path example(String name) {
        return home.resolve("examples").resolve(name);
    }
}
