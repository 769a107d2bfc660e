package io.github.peft4j.testkit;

import com.google.common.collect.ImmutableSet;
import com.tngtech.archunit.base.DescribedPredicate;
import com.tngtech.archunit.core.domain.JavaMethodCall;
import com.tngtech.archunit.lang.ArchRule;
import com.tngtech.archunit.lang.syntax.ArchRuleDefinition;
import java.util.regex.Pattern;

/** Patterns that are no constants run in one place, which bounds their steps. */
public final class PatternSafety {

    /** Compile patterns that are given to them, and run them by {@code StepLimit}. */
    private static final ImmutableSet<String> BOUNDED =
            ImmutableSet.of(
                    "io.github.peft4j.matching.PythonRegex",
                    // reads the golden files alone
                    "io.github.peft4j.cli.conformance.compare.Wording");

    /** Elsewhere a pattern is compiled once, for a constant. */
    public static final ArchRule RULE =
            ArchRuleDefinition.noClasses()
                    .should()
                    .callMethodWhere(
                            DescribedPredicate.describe(
                                    "a pattern is compiled that may come out of a file",
                                    PatternSafety::mayComeOutOfAFile));

    private PatternSafety() {}

    private static boolean mayComeOutOfAFile(JavaMethodCall call) {
        return call.getTargetOwner().isEquivalentTo(Pattern.class)
                && (call.getName().equals("compile") || call.getName().equals("matches"))
                && !call.getOrigin().getName().equals("<clinit>")
                && !BOUNDED.contains(call.getOriginOwner().getName());
    }
}
