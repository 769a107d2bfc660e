package io.github.peft4j.architecture;

import ai.djl.ndarray.NDArray;
import com.google.common.base.Splitter;
import com.google.common.collect.ImmutableSet;
import com.tngtech.archunit.core.domain.Dependency;
import com.tngtech.archunit.core.domain.JavaClass;
import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import com.tngtech.archunit.core.importer.ImportOption;
import com.tngtech.archunit.lang.ArchRule;
import com.tngtech.archunit.lang.syntax.ArchRuleDefinition;
import io.github.peft4j.testkit.GradientSafety;
import io.github.peft4j.testkit.PackageRules;
import io.github.peft4j.testkit.PatternSafety;
import io.github.peft4j.testkit.ToyModel;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Pattern;
import org.assertj.core.api.Assertions;
import org.junit.jupiter.api.Test;

class ArchitectureTest {

    private static final String METHODS = "io.github.peft4j.tuner.*..";

    /** A variant knows what it varies, and a family what it shares. */
    private static final ImmutableSet<String> METHOD_ARROWS =
            ImmutableSet.of(
                    "adalora -> lora",
                    "lora -> trainabletokens",
                    "loha -> lycoris",
                    "lokr -> lycoris",
                    "cpt -> prompt",
                    "multitask -> prompt",
                    "multitask -> prompttuning",
                    "prefixtuning -> prompt",
                    "prompttuning -> prompt",
                    "ptuning -> prompt");

    private static final JavaClasses MAIN =
            new ClassFileImporter()
                    .withImportOption(ImportOption.Predefined.DO_NOT_INCLUDE_TESTS)
                    .importPackages("io.github.peft4j");

    @Test
    void packagesImportEachOtherOneWayAlone() {
        PackageRules.noCycles().check(PackageRules.classesOf("peft-core"));
    }

    /** Past fifteen files a second idea hides. */
    @Test
    void packagesAreSmall() {
        Assertions.assertThat(PackageRules.crowded(PackageRules.classesOf("peft-core"))).isEmpty();
    }

    @Test
    void publicMethodsSpeakJavaUtil() {
        Assertions.assertThat(PackageRules.guavaShown(PackageRules.classesOf("peft-core")))
                .isEmpty();
    }

    @Test
    void theRuleAboutPublicMethodsSeesGuava() {
        JavaClasses kit = new ClassFileImporter().importClasses(ToyModel.class);

        Assertions.assertThat(PackageRules.guavaShown(kit))
                .contains("io.github.peft4j.testkit.ToyModel.bytes");
    }

    @Test
    void modelKnowsNoAdapter() {
        nothingIn("model").mayUse("adapter", "nn", "tuner", "io").check(MAIN);
    }

    @Test
    void adaptersKnowNoLayersAndNoMethods() {
        nothingIn("adapter").mayUse("nn", "tuner", "io").check(MAIN);
    }

    @Test
    void layersKnowNoMethods() {
        nothingIn("nn").mayUse("tuner", "io").check(MAIN);
    }

    @Test
    void theGatewayKnowsNothingAboveIt() {
        nothingIn("ops").mayUse("model", "adapter", "nn", "tuner", "io").check(MAIN);
    }

    @Test
    void filesKnowNoModels() {
        nothingIn("io").mayUse("model", "adapter", "nn", "tuner").check(MAIN);
    }

    @Test
    void methodsKnowEachOtherOnlyAsGivenHere() {
        Set<String> arrows = new TreeSet<>();
        for (JavaClass from : MAIN.that(JavaClass.Predicates.resideInAPackage(METHODS))) {
            for (Dependency dependency : from.getDirectDependenciesFromSelf()) {
                String method = methodOf(dependency.getTargetClass());
                if (!method.isEmpty() && !method.equals(methodOf(from))) {
                    arrows.add(methodOf(from) + " -> " + method);
                }
            }
        }

        Assertions.assertThat(arrows).containsExactlyInAnyOrderElementsOf(METHOD_ARROWS);
    }

    /** Nothing outside of a method names it: new ones are found by the service loader. */
    @Test
    void nothingKnowsAMethod() {
        ArchRuleDefinition.noClasses()
                .that()
                .resideOutsideOfPackage(METHODS)
                .should()
                .dependOnClassesThat()
                .resideInAPackage(METHODS)
                .check(MAIN);
    }

    /** The package of a method's class, or of what some methods share; else nothing. */
    private static String methodOf(JavaClass type) {
        String tuners = "io.github.peft4j.tuner.";
        String name = type.getPackageName();
        return name.startsWith(tuners)
                ? Splitter.on('.').splitToList(name.substring(tuners.length())).get(0)
                : "";
    }

    @Test
    void coreKnowsNoTransformersAndNoTokenizers() {
        ArchRuleDefinition.noClasses()
                .should()
                .dependOnClassesThat()
                .resideInAnyPackage(
                        "io.github.peft4j.transformers..",
                        "io.github.peft4j.task..",
                        "ai.djl.huggingface..")
                .check(MAIN);
    }

    @Test
    void onlyTheGatewayUsesOpsThatCorruptOrCutGradients() {
        GradientSafety.RULE.check(MAIN);
    }

    @Test
    void patternsOutOfFilesAreBounded() {
        PatternSafety.RULE.check(MAIN);
        Assertions.assertThat(
                        PatternSafety.RULE
                                .evaluate(new ClassFileImporter().importClasses(Careless.class))
                                .getFailureReport()
                                .getDetails())
                .hasSize(1);
    }

    @Test
    void theRuleAgainstSuchOpsCanFail() {
        JavaClasses careless = new ClassFileImporter().importClasses(Careless.class);

        Assertions.assertThat(
                        GradientSafety.RULE.evaluate(careless).getFailureReport().getDetails())
                .hasSize(3)
                .anyMatch(line -> line.contains("mul("))
                .anyMatch(line -> line.contains("toType("))
                .anyMatch(line -> line.contains("duplicate("));
    }

    /** What nobody should write. */
    static final class Careless {

        private Careless() {}

        static Pattern pattern(String file) {
            return Pattern.compile(file);
        }

        static NDArray scaled(NDArray x) {
            return x.mul(2f).toType(ai.djl.ndarray.types.DataType.FLOAT64, false).duplicate();
        }
    }

    private static Arrow nothingIn(String name) {
        return new Arrow(name);
    }

    private record Arrow(String from) {

        ArchRule mayUse(String... targets) {
            String[] packages = new String[targets.length];
            for (int i = 0; i < targets.length; i++) {
                packages[i] = "io.github.peft4j." + targets[i] + "..";
            }
            return ArchRuleDefinition.noClasses()
                    .that()
                    .resideInAPackage("io.github.peft4j." + from + "..")
                    .should()
                    .dependOnClassesThat()
                    .resideInAnyPackage(packages);
        }
    }
}
