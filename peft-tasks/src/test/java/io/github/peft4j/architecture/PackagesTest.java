package io.github.peft4j.architecture;

import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import io.github.peft4j.testkit.PackageRules;
import java.util.Set;
import java.util.TreeSet;
import org.assertj.core.api.Assertions;
import org.junit.jupiter.api.Test;

/** Packages are small, and import each other one way alone, a package and one below it included. */
class PackagesTest {

    private static final JavaClasses MAIN = PackageRules.classesOf("peft-tasks");

    @Test
    void importEachOtherOneWayAlone() {
        Assertions.assertThat(MAIN).hasSizeGreaterThan(300);
        PackageRules.noCycles().check(MAIN);
    }

    /** Past fifteen files a second idea hides in a package. */
    @Test
    void holdAtMostFifteenFiles() {
        Assertions.assertThat(PackageRules.crowded(MAIN)).isEmpty();
    }

    @Test
    void leaveInternalsOfOtherModulesAlone() {
        Assertions.assertThat(PackageRules.foreignInternals(MAIN)).isEmpty();
    }

    /**
     * Arrays of primitive numbers that cannot change, and multimaps, have no counterpart in
     * java.util; the rest of this list is to become shorter, never longer.
     */
    @Test
    void showNoFurtherTypesOfGuava() {
        Set<String> shown = new TreeSet<>();
        PackageRules.guavaShown(MAIN)
                .forEach(name -> shown.add(name.substring("io.github.peft4j.".length())));

        Assertions.assertThat(shown)
                .isSubsetOf(
                        "task.data.RaggedInts.row",
                        "task.data.RaggedInts.starts",
                        "task.data.RaggedInts.values",
                        "task.data.TokenBatch.indices",
                        "task.data.text.Label$MultiLabel.values",
                        "task.generate.GenerationResult.newTokenCounts",
                        "task.generate.GenerationResult.newTokens",
                        "task.generate.GenerationResult.scores",
                        "task.generate.GenerationResult.sequences",
                        "task.generate.config.SpecialTokens.eosTokenId",
                        "task.generate.config.SpecialTokens.forcedEosTokenId",
                        "task.generate.logits.LogitsProcessors.of",
                        "task.train.PeftTrainer.evaluate",
                        "task.train.PeftTrainer.predict",
                        "task.train.optim.AdamW.state",
                        "task.train.optim.ParameterGroup.parameters",
                        "task.train.optim.ParameterGrouping.group",
                        "task.train.report.Evaluation.figures",
                        "task.train.report.LogEntry.figures",
                        "task.train.report.TrainingResult.history",
                        "transformers.family.FamilyParts.aliases");
    }

    @Test
    void theRuleSeesAPackageAndOneBelowIt() {
        JavaClasses circle =
                new ClassFileImporter().importPackages("io.github.peft4j.architecture.circle");

        Assertions.assertThat(
                        PackageRules.noCycles().evaluate(circle).getFailureReport().getDetails())
                .singleElement(Assertions.as(Assertions.STRING))
                .contains("architecture.circle.below.Lower", "architecture.circle.Upper");
    }
}
