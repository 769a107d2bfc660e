package io.github.peft4j.cli;

import static org.assertj.core.api.Assertions.assertThat;

import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.lang.syntax.ArchRuleDefinition;
import io.github.peft4j.testkit.GradientSafety;
import io.github.peft4j.testkit.PackageRules;
import io.github.peft4j.testkit.PatternSafety;
import org.junit.jupiter.api.Test;

class ArchitectureTest {

    private static final JavaClasses MAIN = PackageRules.classesOf("peft-cli");

    @Test
    void knowsNoExamples() {
        ArchRuleDefinition.noClasses()
                .should()
                .dependOnClassesThat()
                .resideInAPackage("io.github.peft4j.examples..")
                .check(MAIN);
    }

    @Test
    void packagesDoNotNeedEachOther() {
        PackageRules.noCycles().check(MAIN);
    }

    @Test
    void packagesAreSmall() {
        assertThat(MAIN).isNotEmpty();
        assertThat(PackageRules.crowded(MAIN)).isEmpty();
    }

    @Test
    void onlyTheGatewayUsesOpsThatCorruptOrCutGradients() {
        GradientSafety.RULE.check(MAIN);
    }

    @Test
    void patternsOutOfFilesAreBounded() {
        PatternSafety.RULE.check(MAIN);
    }

    @Test
    void internalsOfOtherModulesAreLeftAlone() {
        assertThat(PackageRules.foreignInternals(MAIN)).isEmpty();
    }
}
