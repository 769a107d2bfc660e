package io.github.peft4j.examples;

import static org.assertj.core.api.Assertions.assertThat;

import com.tngtech.archunit.core.domain.JavaClasses;
import io.github.peft4j.testkit.GradientSafety;
import io.github.peft4j.testkit.PackageRules;
import org.junit.jupiter.api.Test;

class ArchitectureTest {

    private static final JavaClasses MAIN = PackageRules.classesOf("peft-examples");

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
    void internalsOfOtherModulesAreLeftAlone() {
        assertThat(PackageRules.foreignInternals(MAIN)).isEmpty();
    }
}
