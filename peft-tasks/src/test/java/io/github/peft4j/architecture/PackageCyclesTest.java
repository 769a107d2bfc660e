package io.github.peft4j.architecture;

import com.tngtech.archunit.core.domain.JavaClass;
import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import com.tngtech.archunit.core.importer.ImportOption;
import com.tngtech.archunit.lang.ArchRule;
import com.tngtech.archunit.library.dependencies.SliceAssignment;
import com.tngtech.archunit.library.dependencies.SliceIdentifier;
import com.tngtech.archunit.library.dependencies.SlicesRuleDefinition;
import org.assertj.core.api.Assertions;
import org.junit.jupiter.api.Test;

/** No packages import each other, on whatever way round: a package and one below it included. */
class PackageCyclesTest {

    private static final ArchRule NO_CYCLES =
            SlicesRuleDefinition.slices().assignedFrom(new EachPackage()).should().beFreeOfCycles();

    @Test
    void transformersAndTasksHaveNone() {
        JavaClasses main =
                new ClassFileImporter()
                        .withImportOption(ImportOption.Predefined.DO_NOT_INCLUDE_TESTS)
                        .importPackages("io.github.peft4j.transformers", "io.github.peft4j.task");

        Assertions.assertThat(main).hasSizeGreaterThan(300);
        NO_CYCLES.check(main);
    }

    @Test
    void theRuleSeesAPackageAndOneBelowIt() {
        JavaClasses circle =
                new ClassFileImporter().importPackages("io.github.peft4j.architecture.circle");

        Assertions.assertThat(NO_CYCLES.evaluate(circle).getFailureReport().getDetails())
                .singleElement(Assertions.as(Assertions.STRING))
                .contains("architecture.circle.below.Lower", "architecture.circle.Upper");
    }

    /** Every package is a slice of its own. */
    private static final class EachPackage implements SliceAssignment {

        @Override
        public SliceIdentifier getIdentifierOf(JavaClass javaClass) {
            return SliceIdentifier.of(javaClass.getPackageName());
        }

        @Override
        public String getDescription() {
            return "each package";
        }
    }
}
