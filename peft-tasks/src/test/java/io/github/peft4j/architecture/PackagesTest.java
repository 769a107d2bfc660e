package io.github.peft4j.architecture;

import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import io.github.peft4j.testkit.PackageRules;
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
