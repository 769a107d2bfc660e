package io.github.peft4j.task;

import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import com.tngtech.archunit.core.importer.ImportOption;
import com.tngtech.archunit.lang.syntax.ArchRuleDefinition;
import io.github.peft4j.testkit.GradientSafety;
import org.junit.jupiter.api.Test;

class GradientSafetyTest {

    private static final JavaClasses MAIN =
            new ClassFileImporter()
                    .withImportOption(ImportOption.Predefined.DO_NOT_INCLUDE_TESTS)
                    .withImportOption(location -> location.contains("/peft-tasks/"))
                    .importPackages("io.github.peft4j");

    @Test
    void onlyTheGatewayUsesOpsThatCorruptOrCutGradients() {
        GradientSafety.RULE.check(MAIN);
    }

    @Test
    void transformersKnowNoTasks() {
        ArchRuleDefinition.noClasses()
                .that()
                .resideInAPackage("io.github.peft4j.transformers..")
                .should()
                .dependOnClassesThat()
                .resideInAPackage("io.github.peft4j.task..")
                .check(MAIN);
    }
}
