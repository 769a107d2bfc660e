package io.github.peft4j.testkit;

import ai.djl.ndarray.NDArray;
import ai.djl.nn.Activation;
import com.tngtech.archunit.base.DescribedPredicate;
import com.tngtech.archunit.core.domain.JavaClass;
import com.tngtech.archunit.core.domain.JavaMethodCall;
import com.tngtech.archunit.lang.ArchRule;
import com.tngtech.archunit.lang.syntax.ArchRuleDefinition;
import java.util.List;
import java.util.Set;

/**
 * The rule that forbids stock operations which corrupt gradients (scalar arithmetic whose operand
 * is freed before the backward pass) or cut them (copies and casts) outside the op gateway.
 */
public final class GradientSafety {

    private static final Set<String> SCALAR =
            Set.of("mul", "muli", "div", "divi", "pow", "powi", "maximum", "minimum", "mod");

    private static final Set<String> CUTTING =
            Set.of("toType", "toDevice", "duplicate", "toDense", "toSparse");

    private static final Set<String> ACTIVATIONS = Set.of("swish", "relu6", "mish");

    /** Applied to the main classes of every module. */
    public static final ArchRule RULE =
            ArchRuleDefinition.noClasses()
                    .that()
                    .resideOutsideOfPackage("io.github.peft4j.ops..")
                    .should()
                    .callMethodWhere(
                            DescribedPredicate.describe(
                                    "corrupts or cuts gradients", GradientSafety::isForbidden))
                    .because(
                            "scalar operands are freed before backward, and copies and casts leave"
                                    + " the graph; use io.github.peft4j.ops");

    private GradientSafety() {}

    private static boolean isForbidden(JavaMethodCall call) {
        JavaClass owner = call.getTargetOwner();
        String name = call.getTarget().getName();
        if (owner.isAssignableTo(NDArray.class)) {
            List<JavaClass> parameters = call.getTarget().getRawParameterTypes();
            boolean scalar =
                    parameters.size() == 1 && parameters.get(0).isEquivalentTo(Number.class);
            return CUTTING.contains(name) || (scalar && SCALAR.contains(name));
        }
        return owner.isAssignableTo(Activation.class) && ACTIVATIONS.contains(name);
    }
}
