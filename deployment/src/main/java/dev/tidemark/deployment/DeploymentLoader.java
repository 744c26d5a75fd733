package dev.tidemark.deployment;

import dev.tidemark.deployment.s3.ObjectStore;
import dev.tidemark.deployment.s3.S3FileSystem;
import dev.tidemark.schema.DeadLetter;
import dev.tidemark.schema.LateEvent;
import dev.tidemark.schema.LateEvents;
import dev.tidemark.schema.SchemaRegistry;
import dev.tidemark.schema.Source;
import dev.tidemark.view.Layers;
import dev.tidemark.view.ViewDefinition;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.ZoneId;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.function.Function;
import java.util.regex.Pattern;

/** Reads a deployment's files. */
public final class DeploymentLoader {

    private static final Pattern NAME = Pattern.compile("[a-z][a-z0-9-]{0,40}");
    private static final Pattern SCHEME = Pattern.compile("[a-z][a-z0-9+.-]+://.*");
    private static final int SERVING_PORT = 8686;
    private static final int METRICS_PORT = 8687;

    private final Path file;
    private final List<Problem> problems = new ArrayList<>();
    private final Map<String, Path> viewFiles = new HashMap<>();
    private final Map<String, Path> sourceFiles = new HashMap<>();
    private final Map<String, Path> schemaFiles = new HashMap<>();
    private final Map<Path, Map<String, Integer>> lines = new HashMap<>();
    private final TreeMap<String, Optional<SourceFile.Declared>> declared = new TreeMap<>();
    private final TreeMap<String, Optional<ReferenceTable>> declaredReferences = new TreeMap<>();
    private final List<Draft> drafts = new ArrayList<>();
    private final List<Alerting> alerting = new ArrayList<>();

    private DeploymentLoader(Path file) {
        this.file = file;
    }

    /**
     * The deployment that {@code file} and the files it names state. Expressions are not looked at: that takes Spark.
     *
     * @throws InvalidDeploymentException with every problem that was found
     */
    public static Deployment load(Path file) {
        Found found = read(file);
        if (!found.problems().isEmpty()) {
            throw new InvalidDeploymentException(found.problems());
        }
        return found.deployment().orElseThrow();
    }

    /**
     * What a deployment's files state as far as it could be read, and what is wrong with the rest.
     *
     * @param deployment the deployment, without the sources and views that are wrong
     * @param problems every problem that was found
     * @param drafts those of the wrong views whose expressions can be looked at, and the views of wrong sources
     */
    public record Found(Optional<Deployment> deployment, List<Problem> problems, List<Draft> drafts) {}

    /** Like {@link #load}, to look for more problems in what is right so far. */
    public static Found read(Path file) {
        if (!Files.exists(file)) {
            String message = "does not exist; name the deployment's file with --config";
            return new Found(Optional.empty(), List.of(new Problem(file, 0, "", message)), List.of());
        }
        DeploymentLoader loader = new DeploymentLoader(file.toAbsolutePath().normalize());
        Optional<Deployment> deployment =
                YamlFiles.read(loader.file, loader.problems).map(loader::deployment);
        return new Found(deployment, loader.problems, loader.drafts);
    }

    private Deployment deployment(YamlSection yaml) {
        yaml.requiredText("version", "1")
                .filter(version -> !version.equals("1"))
                .ifPresent(version -> yaml.problem("version", "'" + version + "' is not known; accepted is 1"));
        String name = yaml.requiredText("name", "shop").orElse("");
        if (!name.isEmpty() && !NAME.matcher(name).matches()) {
            yaml.problem("name", "'" + name + "' is no name; accepted are lower-case letters, digits and -");
        }
        ZoneId zone = yaml.value("timezone", ZoneId::of).orElse(ZoneId.of("UTC"));
        Warehouse warehouse = new Warehouse(warehouse(yaml));
        Settings kafka = settings(yaml, "kafka", setting -> Optional.empty());
        if (yaml.has("kafka") && !kafka.containsKey("bootstrap.servers")) {
            yaml.problem("kafka", "has no bootstrap.servers; give it, or leave `kafka` out for a broker of its own");
        }
        Settings spark = settings(yaml, "spark", SparkTuning::refusal);
        Optional<SchemaRegistry> registry = registry(yaml);
        int servingPort = port(yaml, "serving", "port", SERVING_PORT);
        int metricsPort = port(yaml, "speed", "metrics_port", METRICS_PORT);
        List<ReferenceTable> references = references(yaml, zone);
        List<Source> sources = sources(local(yaml, "sources", "sources/"), registry, warehouse);
        List<ViewDefinition> views = views(local(yaml, "views", "views/"), sources);
        yaml.refuseUnknown();
        return new Deployment(
                file,
                name,
                zone,
                warehouse,
                kafka,
                spark,
                servingPort,
                metricsPort,
                sources,
                views,
                List.copyOf(alerting),
                references,
                new Locations(viewFiles, sourceFiles, schemaFiles, lines));
    }

    private Path warehouse(YamlSection yaml) {
        Optional<String> address = yaml.text("warehouse").filter(text -> text.startsWith("s3"));
        Optional<ObjectStore> store = yaml.section("storage").map(DeploymentLoader::store);
        if (address.isEmpty()) {
            store.ifPresent(found -> yaml.problem(
                    "storage", "says how an object store is reached, but `warehouse` is no s3a://BUCKET/FOLDER"));
            return local(yaml, "warehouse", "./warehouse");
        }
        try {
            return S3FileSystem.path(address.get(), store.orElse(ObjectStore.DEFAULT));
        } catch (IllegalArgumentException e) {
            yaml.problem("warehouse", e.getMessage());
            return file.resolveSibling("warehouse");
        }
    }

    private static ObjectStore store(YamlSection section) {
        Optional<URI> endpoint = section.value("endpoint", DeploymentLoader::endpoint);
        Optional<String> region = section.text("region");
        boolean pathStyle =
                section.value("path_style", DeploymentLoader::yesOrNo).orElse(false);
        section.refuseUnknown();
        return new ObjectStore(endpoint, region, pathStyle);
    }

    private static URI endpoint(String text) {
        if (!text.matches("https?://[^/@]+/?")) {
            throw new IllegalArgumentException(
                    "'" + text + "' is no address of an object store; accepted is such as https://minio.example:9000");
        }
        return URI.create(text);
    }

    private static boolean yesOrNo(String text) {
        if (!text.equals("true") && !text.equals("false")) {
            throw new IllegalArgumentException("'" + text + "' is neither; accepted are true and false");
        }
        return text.equals("true");
    }

    private Path local(YamlSection yaml, String field, String otherwise) {
        String path = yaml.text(field).orElse(otherwise);
        try {
            if (path.startsWith("file:/")) {
                return Path.of(URI.create(path)).normalize();
            }
        } catch (IllegalArgumentException e) {
            yaml.problem(field, "'" + path + "' is no path: " + e.getMessage());
            return file.resolveSibling(otherwise).normalize();
        }
        if (SCHEME.matcher(path).matches()) {
            yaml.problem(
                    field,
                    "'" + path + "' is not available in this release; accepted is a local path"
                            + (field.equals("warehouse") ? ", or s3a://BUCKET/FOLDER" : ""));
            return file.resolveSibling(otherwise).normalize();
        }
        return file.resolveSibling(path).normalize();
    }

    private static int port(YamlSection yaml, String layer, String field, int otherwise) {
        Optional<YamlSection> section = yaml.section(layer);
        int port = section.flatMap(found -> found.value(field, DeploymentLoader::port))
                .orElse(otherwise);
        section.ifPresent(YamlSection::refuseUnknown);
        return port;
    }

    private static int port(String text) {
        if (!text.matches("\\d{1,5}") || Integer.parseInt(text) > 65_535) {
            throw new IllegalArgumentException("'" + text + "' is no port; accepted are 0 (any free one) to 65535");
        }
        return Integer.parseInt(text);
    }

    /** @param refusal says of a setting's name why it is refused, if so */
    private static Settings settings(YamlSection yaml, String field, Function<String, Optional<String>> refusal) {
        Optional<YamlSection> section = yaml.section(field);
        section.ifPresent(
                found -> found.names().forEach(name -> refusal.apply(name).ifPresent(why -> found.problem(name, why))));
        return section.map(YamlSection::settings).orElse(Settings.of(Map.of()));
    }

    private static Optional<SchemaRegistry> registry(YamlSection yaml) {
        return yaml.section("schema_registry").flatMap(section -> {
            Optional<String> url = section.requiredText("url", "http://registry:8081");
            Optional<String> login = section.text("basic.auth.user.info");
            section.refuseUnknown();
            if (login.filter(found -> !found.contains(":")).isPresent()) {
                section.problem("basic.auth.user.info", "has no colon; accepted is USER:PASSWORD");
                return Optional.empty();
            }
            try {
                return url.map(address ->
                        new SchemaRegistry(address, login, section.settings().shown("url")));
            } catch (IllegalArgumentException e) {
                section.problem("url", e.getMessage());
                return Optional.empty();
            }
        });
    }

    /** Few deployments have any: the folder may lack unless it is named. */
    private List<ReferenceTable> references(YamlSection yaml, ZoneId zone) {
        Path folder = local(yaml, "references", "references/");
        if (!yaml.has("references") && !Files.exists(folder)) {
            return List.of();
        }
        return YamlFiles.list(folder, "references", problems).stream()
                .flatMap(path -> YamlFiles.read(path, problems).stream())
                .flatMap(file -> ReferenceFile.read(file, zone, declaredReferences).stream())
                .toList();
    }

    private List<Source> sources(Path folder, Optional<SchemaRegistry> registry, Warehouse warehouse) {
        Map<String, Source> sources = new LinkedHashMap<>();
        for (Path path : YamlFiles.list(folder, "sources", problems)) {
            YamlFiles.read(path, problems).ifPresent(yaml -> SourceFile.read(
                            yaml,
                            declared,
                            registry,
                            schemaFiles,
                            schema -> new EnrichFields(schema, declaredReferences, warehouse))
                    .ifPresent(source -> {
                        sourceFiles.put(source.name(), path);
                        lines.put(path, yaml.lines());
                        if (sources.putIfAbsent(source.name(), source) != null) {
                            yaml.problem("name", "'" + source.name() + "' is another source's name too");
                        }
                        sources.values().stream()
                                .filter(other ->
                                        other != source && other.topic().equals(source.topic()))
                                .forEach(other ->
                                        yaml.problem("topic", "is the topic of source " + other.name() + " too"));
                    }));
        }
        return List.copyOf(sources.values());
    }

    private List<ViewDefinition> views(Path folder, List<Source> sources) {
        Map<String, ViewDefinition> views = new LinkedHashMap<>();
        for (Path path : YamlFiles.list(folder, "views", problems)) {
            YamlFiles.read(path, problems).ifPresent(yaml -> view(yaml, sources, views));
        }
        return List.copyOf(views.values());
    }

    private void view(YamlSection yaml, List<Source> sources, Map<String, ViewDefinition> views) {
        Map<String, Integer> fieldLines = new HashMap<>();
        ViewFile.read(yaml, fieldLines).ifPresent(read -> {
            ViewDefinition view = read.view();
            if (!declared.containsKey(view.source())) {
                yaml.problem("source", "there is no source '" + view.source() + "'; there are " + declared.keySet());
            }
            sources.stream()
                    .filter(source -> source.name().equals(view.source()))
                    .filter(source -> source.lateEvents() == LateEvents.DEFER && view.layers() == Layers.SPEED)
                    .findFirst()
                    .ifPresent(source -> yaml.problem(
                            "layers",
                            "is speed, but `late_events` of source %s is defer, until a cut passes them, which the stream"
                                            .formatted(source.name())
                                    + " alone never has; accepted are both and batch, or include or exclude there"));
            boolean isAdded = read.isWhole() && views.putIfAbsent(view.name(), view) == null;
            if (isAdded) {
                viewFiles.put(view.name(), yaml.file());
                lines.put(yaml.file(), fieldLines);
                read.alerting().ifPresent(found -> alerting(yaml, found, sources));
            } else if (read.isWhole()) {
                yaml.problem("name", "'" + view.name() + "' is another view's name too");
            }
            boolean isLookedAt =
                    isAdded && sources.stream().anyMatch(source -> source.name().equals(view.source()));
            if (!isLookedAt) {
                draft(view, Locations.ofView(view.name(), yaml.file(), fieldLines));
            }
        });
    }

    private void alerting(YamlSection yaml, Alerting found, List<Source> sources) {
        sources.stream()
                .filter(source -> List.of(
                                source.topic(), DeadLetter.topic(source.topic()), LateEvent.topic(source.topic()))
                        .contains(found.topic()))
                .forEach(source -> yaml.problem(
                        "alert_topic",
                        "is '%s', which holds events of source %s; accepted is a topic that holds nothing but alerts"
                                .formatted(found.topic(), source.name())));
        alerting.add(found);
    }

    private void draft(ViewDefinition view, Locations locations) {
        declared.getOrDefault(view.source(), Optional.empty())
                .ifPresent(seen -> drafts.add(new Draft(seen.schema(), seen.enriched(), view, locations)));
    }
}
