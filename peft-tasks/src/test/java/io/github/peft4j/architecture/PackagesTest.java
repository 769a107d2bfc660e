package io.github.peft4j.architecture;

import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import io.github.peft4j.testkit.PackageRules;
import io.github.peft4j.testkit.PatternSafety;
import java.util.Set;
import java.util.TreeSet;
import org.assertj.core.api.Assertions;
import org.junit.jupiter.api.Test;

/** Packages are small, and import each other one way alone, a package and one below it included. */
class PackagesTest {

    private static final JavaClasses MAIN = PackageRules.classesOf("peft-tasks");

    @Test
    void patternsOutOfFilesAreBounded() {
        PatternSafety.RULE.check(MAIN);
    }

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

    /** A multimap is left, for which java.util has nothing. */
    @Test
    void showNoTypesOfGuava() {
        Set<String> shown = new TreeSet<>();
        PackageRules.guavaShown(MAIN)
                .forEach(name -> shown.add(name.substring("io.github.peft4j.".length())));

        Assertions.assertThat(shown).containsExactly("transformers.family.FamilyParts.aliases");
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
