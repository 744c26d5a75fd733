package dev.tidemark.launcher;

import java.io.File;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;

/**
 * What runs in a JVM of its own, and how that JVM is started. {@code TIDEMARK_<LAYER>_OPTS} in the environment adds
 * options after ours, so that {@code TIDEMARK_BATCH_OPTS=-Xmx8g} wins over ours; another
 * collector for batch needs {@code -XX:-UseParallelGC} before it.
 */
public enum Layer {
    BROKER(
            "broker",
            "dev.tidemark.broker.BrokerMain",
            "-Xmx1g",
            "-Dlogback.configurationFile=logback-broker.xml",
            false),
    SPEED(
            "speed-layer",
            "dev.tidemark.speed.SpeedMain",
            "-Xmx2g",
            "-Dlog4j2.configurationFile=log4j2-speed.properties",
            true),
    BATCH(
            "batch-layer",
            "dev.tidemark.batch.BatchMain",
            // Its runs are short and want all processors; nobody waits for a pause to end.
            "-Xmx4g -XX:+UseParallelGC",
            "-Dlog4j2.configurationFile=log4j2-batch.properties",
            true),
    SERVING(
            "serving-layer",
            "dev.tidemark.serving.ServingMain",
            "-Xmx2g",
            "-Dlogback.configurationFile=logback-serving.xml",
            false),
    ALERTS(
            "serving-layer",
            "dev.tidemark.serving.AlertsMain",
            "-Xmx2g",
            "-Dlogback.configurationFile=logback-serving.xml -Dtidemark.process=alerts",
            false);

    /** What every process with Spark in it needs of the JDK: {@code spark.add.opens} of pom.xml. */
    private static final String SPARK_OPTIONS = "/spark-java-options.txt";

    private final String module;
    private final String mainClass;
    private final String memory;
    private final String logging;
    private final boolean spark;

    Layer(String module, String mainClass, String memory, String logging, boolean spark) {
        this.module = module;
        this.mainClass = mainClass;
        this.memory = memory;
        this.logging = logging;
        this.spark = spark;
    }

    /** The environment variable that adds options to the JVM. */
    String environmentVariable() {
        return "TIDEMARK_" + name() + "_OPTS";
    }

    /** The process with these arguments, tied to the life of this one; not started yet. */
    public ProcessBuilder process(Installation installation, List<String> arguments) {
        return process(installation.classPath(module), mainClass, command(installation), arguments);
    }

    /** The same JVM with another main class, which stands in {@code classes}: to compare the layer with. */
    public ProcessBuilder process(Installation installation, Path classes, String main, List<String> arguments) {
        return process(classes + File.pathSeparator + installation.classPath(module), main, List.of(), arguments);
    }

    /** What tells serving how to run this command: it has no Spark, and changes history by it. */
    private List<String> command(Installation installation) {
        if (this != SERVING) {
            return List.of();
        }
        List<String> words = List.of(
                java(),
                "-Xmx512m",
                "-XX:+UseSerialGC",
                "-D" + Installation.HOME + "=" + installation.home(),
                "-Dlogback.configurationFile=logback-launcher.xml",
                "-cp",
                installation.classPath("launcher"),
                Tidemark.class.getName());
        return List.of("-Dtidemark.command=" + String.join("\n", words));
    }

    private ProcessBuilder process(String classPath, String main, List<String> options, List<String> arguments) {
        List<String> command = new ArrayList<>();
        command.add(java());
        // Out of memory, some thread would die and the others go on as if nothing were missing.
        command.addAll(words(Optional.of(memory)));
        command.addAll(List.of("-XX:+ExitOnOutOfMemoryError", "-Duser.timezone=UTC"));
        command.addAll(words(Optional.of(logging)));
        command.addAll(options);
        command.addAll(sparkOptions());
        command.addAll(words(Optional.ofNullable(System.getenv(environmentVariable()))));
        command.addAll(List.of("-cp", classPath));
        command.addAll(TetheredMain.of(main, arguments));
        ProcessBuilder process = new ProcessBuilder(command);
        process.environment().put(LogFormat.VARIABLE, LogFormat.current().name());
        return process;
    }

    private static String java() {
        return Path.of(System.getProperty("java.home"), "bin", "java" + (File.separatorChar == '\\' ? ".exe" : ""))
                .toString();
    }

    private List<String> sparkOptions() {
        return words(spark ? Optional.of(Resources.text(SPARK_OPTIONS)) : Optional.empty());
    }

    private static List<String> words(Optional<String> text) {
        return text.stream()
                .flatMap(line -> Stream.of(line.trim().split("\\s+")))
                .filter(word -> !word.isEmpty())
                .toList();
    }
}
