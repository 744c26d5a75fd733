package dev.tidemark.system;

import static com.tngtech.archunit.core.domain.JavaClass.Predicates.resideInAnyPackage;
import static com.tngtech.archunit.core.domain.JavaClass.Predicates.resideOutsideOfPackage;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.classes;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;
import static com.tngtech.archunit.library.dependencies.SlicesRuleDefinition.slices;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import com.tngtech.archunit.core.importer.ImportOption;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/** Who may depend on whom. */
class ArchitectureTest {

    private static final JavaClasses OURS = new ClassFileImporter()
            .withImportOption(new ImportOption.DoNotIncludeTests())
            .importPackages("dev.tidemark");

    @Test
    void eachModuleUsesOnlyThoseBelowIt() {
        only("schema", "schema");
        only("view", "schema", "view");
        only("deployment", "schema", "view", "deployment");
        only("broker", "broker");
        only("compile", "schema", "view", "compile");
        only("batch", "schema", "view", "deployment", "compile", "batch");
        only("speed", "schema", "view", "deployment", "compile", "speed");
        only("serving", "schema", "view", "deployment", "serving");
        only("shop", "shop");
        only("launcher", "schema", "view", "deployment", "shop", "launcher");
        only("benchmarks", "schema", "view", "deployment", "compile", "shop", "launcher", "benchmarks");
    }

    private static void only(String module, String... allowed) {
        String[] packages =
                Stream.of(allowed).map(name -> "dev.tidemark." + name + "..").toArray(String[]::new);
        classes()
                .that()
                .resideInAPackage("dev.tidemark." + module + "..")
                .should()
                .onlyDependOnClassesThat(
                        resideOutsideOfPackage("dev.tidemark..").or(resideInAnyPackage(packages)))
                .check(OURS);
    }

    @Test
    void whatIsComputedKnowsNeitherSparkNorKafka() {
        noClasses()
                .that()
                .resideInAnyPackage("dev.tidemark.schema..", "dev.tidemark.view..")
                .should()
                .dependOnClassesThat()
                .resideInAnyPackage("org.apache.spark..", "org.apache.kafka..", "io.delta..", "org.apache.hadoop..")
                .check(OURS);
    }

    @Test
    void onlyWhatIsKeptOnLocalDiskKnowsRocksDb() {
        noClasses()
                .that()
                .resideOutsideOfPackages("dev.tidemark.compile.ids..", "dev.tidemark.serving.spool..")
                .should()
                .dependOnClassesThat()
                .resideInAPackage("org.rocksdb..")
                .check(OURS);
    }

    @Test
    void onlyTheCompilerAndTheTwoLayersKnowSpark() {
        noClasses()
                .that()
                .resideOutsideOfPackages(
                        "dev.tidemark.compile..",
                        "dev.tidemark.batch..",
                        "dev.tidemark.speed..",
                        // What is written by hand in Spark, to compare with.
                        "dev.tidemark.benchmarks.byhand..")
                .should()
                .dependOnClassesThat()
                .resideInAPackage("org.apache.spark..")
                .check(OURS);
    }

    @Test
    void noPackagesDependOnEachOtherInACircle() {
        slices().matching("dev.tidemark.(**)").should().beFreeOfCycles().check(OURS);
    }

    @Test
    void theServingLayersProcessHasNoSparkOnItsClassPath() throws IOException {
        String classPath = Files.readString(Repository.ROOT.resolve("serving-layer/target/classpath"));
        assertTrue(classPath.contains("delta-kernel-defaults"), classPath);
        assertFalse(
                Stream.of(classPath.split(java.io.File.pathSeparator))
                        .map(jar -> Path.of(jar).getFileName().toString())
                        .anyMatch(jar -> jar.contains("spark")),
                classPath);
    }
}
