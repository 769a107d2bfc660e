package io.github.peft4j.examples;

import static org.assertj.core.api.Assertions.assertThat;

import com.tngtech.archunit.core.domain.JavaClasses;
import io.github.peft4j.cli.PackageRules;
import io.github.peft4j.testkit.GradientSafety;
import org.junit.jupiter.api.Test;

class ArchitectureTest {

    private static final JavaClasses MAIN = PackageRules.classesOf("peft-examples");

    @Test
    void packagesDoNotNeedEachOther() {
        PackageRules.noCyclesBetweenPackagesBelow("io.github.peft4j.examples").check(MAIN);
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
}
