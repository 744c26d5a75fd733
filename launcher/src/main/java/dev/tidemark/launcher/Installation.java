package dev.tidemark.launcher;

import dev.tidemark.deployment.UnavailableException;
import java.io.File;
import java.io.IOException;
import java.net.URISyntaxException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.stream.Collectors;

/** Where Tidemark itself stands. */
public sealed interface Installation {

    /** The system property that names the root; without it, the root is found from where this class was loaded. */
    String HOME = "tidemark.home";

    /** The installation that this process belongs to. */
    static Installation find() {
        String home = System.getProperty(HOME);
        if (home != null) {
            return at(Path.of(home));
        }
        Path own = ownClasses();
        return at(
                Files.isRegularFile(own)
                        ? own.getParent().getParent()
                        : own.getParent().getParent().getParent());
    }

    /** The installation in a folder: an unpacked archive, or a checkout as a build leaves it. */
    static Installation at(Path home) {
        return Files.isDirectory(home.resolve(Archive.CLASS_PATHS)) ? new Archive(home) : new Checkout(home);
    }

    /** Its root. */
    Path home();

    /**
     * The class path of a module's process; the launcher's own classes come last, for {@link TetheredMain}.
     *
     * @throws UnavailableException if the module is not there
     */
    String classPath(String module);

    /** The folder of an example. */
    default Path example(String name) {
        return home().resolve("examples").resolve(name);
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

    /** A checkout: each module's build leaves its classes and, in a file, the class path of its dependencies. */
    record Checkout(Path home) implements Installation {

        @Override
        public String classPath(String module) {
            Path target = home.resolve(module).resolve("target");
            try {
                String dependencies =
                        Files.readString(target.resolve("classpath")).trim();
                return String.join(
                        File.pathSeparator,
                        target.resolve("classes").toString(),
                        dependencies,
                        ownClasses().toString());
            } catch (IOException e) {
                throw new UnavailableException(
                        "module %s is not built (%s): run ./tidemark in %s, which builds what is missing, or set -D%s"
                                .formatted(module, e, home, HOME));
            }
        }
    }

    /** An unpacked archive: one folder with every jar, and for each module a file with the names of those it needs. */
    record Archive(Path home) implements Installation {

        private static final String LIBRARIES = "lib";
        private static final String CLASS_PATHS = LIBRARIES + "/classpath";

        @Override
        public String classPath(String module) {
            try {
                String names = Files.readString(home.resolve(CLASS_PATHS).resolve(module));
                String jars = Arrays.stream(names.trim().split(":"))
                        .map(name -> home.resolve(LIBRARIES).resolve(name).toString())
                        .collect(Collectors.joining(File.pathSeparator));
                return jars + File.pathSeparator + ownClasses();
            } catch (IOException e) {
                throw new UnavailableException("module %s is not in this archive (%s): unpack it anew, or set -D%s"
                        .formatted(module, e, HOME));
            }
        }
    }
}
