package dev.tidemark.deployment;

import java.io.IOException;
import java.io.Reader;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;
import org.yaml.snakeyaml.LoaderOptions;
import org.yaml.snakeyaml.Yaml;
import org.yaml.snakeyaml.constructor.SafeConstructor;
import org.yaml.snakeyaml.error.MarkedYAMLException;
import org.yaml.snakeyaml.error.YAMLException;
import org.yaml.snakeyaml.nodes.MappingNode;
import org.yaml.snakeyaml.nodes.Node;

/** YAML files as sections. */
final class YamlFiles {

    private YamlFiles() {}

    /** The file's mapping; if there is none, records why. */
    static Optional<YamlSection> read(Path file, List<Problem> problems) {
        try (Reader reader = Files.newBufferedReader(file)) {
            Node root = new Yaml(new SafeConstructor(new LoaderOptions())).compose(reader);
            if (root instanceof MappingNode mapping) {
                return Optional.of(new YamlSection(file, "", mapping, problems));
            }
            problems.add(new Problem(file, 0, "", "is no mapping; fields such as `name: …` are expected"));
        } catch (MarkedYAMLException e) {
            int line = e.getProblemMark() == null ? 0 : e.getProblemMark().getLine() + 1;
            problems.add(new Problem(file, line, "", "is no YAML: " + e.getProblem()));
        } catch (YAMLException e) {
            problems.add(new Problem(file, 0, "", "is no YAML in UTF-8: " + e.getMessage()));
        } catch (IOException e) {
            problems.add(new Problem(file, 0, "", "cannot be read: " + e));
        }
        return Optional.empty();
    }

    /** The YAML files of a folder, by name. */
    static List<Path> list(Path folder, String what, List<Problem> problems) {
        try (Stream<Path> files = Files.list(folder)) {
            List<Path> found = files.filter(file ->
                            file.toString().endsWith(".yaml") || file.toString().endsWith(".yml"))
                    .sorted()
                    .toList();
            if (found.isEmpty()) {
                problems.add(new Problem(folder, 0, "", "has no " + what + "; one .yaml file for each is expected"));
            }
            return found;
        } catch (IOException e) {
            problems.add(new Problem(folder, 0, "", "is no folder with " + what + ": " + e));
            return List.of();
        }
    }
}
