package io.github.peft4j.architecture;

import com.tngtech.archunit.core.domain.JavaClass;
import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import com.tngtech.archunit.core.importer.ImportOption;
import com.tngtech.archunit.lang.ArchRule;
import com.tngtech.archunit.library.dependencies.SliceAssignment;
import com.tngtech.archunit.library.dependencies.SliceIdentifier;
import com.tngtech.archunit.library.dependencies.SlicesRuleDefinition;
import java.util.Map;
import java.util.stream.Collectors;
import org.assertj.core.api.Assertions;
import org.junit.jupiter.api.Test;

/** Packages are small, and import each other one way alone, a package and one below it included. */
class PackagesTest {

    private static final ArchRule NO_CYCLES =
            SlicesRuleDefinition.slices().assignedFrom(new EachPackage()).should().beFreeOfCycles();

    private static final JavaClasses MAIN =
            new ClassFileImporter()
                    .withImportOption(ImportOption.Predefined.DO_NOT_INCLUDE_TESTS)
                    .importPackages("io.github.peft4j.transformers", "io.github.peft4j.task");

    @Test
    void transformersAndTasksHaveNone() {
        Assertions.assertThat(MAIN).hasSizeGreaterThan(300);
        NO_CYCLES.check(MAIN);
    }

    /** Past fifteen files a second idea hides in a package. */
    @Test
    void noPackageHoldsMoreThanFifteenFiles() {
        Map<String, Long> files =
                MAIN.stream()
                        .filter(type -> type.isTopLevelClass())
                        .filter(type -> !type.getSimpleName().equals("package-info"))
                        .collect(
                                Collectors.groupingBy(
                                        JavaClass::getPackageName, Collectors.counting()));

        Assertions.assertThat(files)
                .hasSizeGreaterThan(40)
                .allSatisfy(
                        (name, count) ->
                                Assertions.assertThat(count).as(name).isLessThanOrEqualTo(15));
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
