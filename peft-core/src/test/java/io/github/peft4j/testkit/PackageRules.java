package io.github.peft4j.testkit;

import com.tngtech.archunit.core.domain.Dependency;
import com.tngtech.archunit.core.domain.JavaClass;
import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.domain.JavaMethod;
import com.tngtech.archunit.core.domain.JavaModifier;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import com.tngtech.archunit.core.importer.ImportOption;
import com.tngtech.archunit.lang.ArchRule;
import com.tngtech.archunit.library.dependencies.SliceAssignment;
import com.tngtech.archunit.library.dependencies.SliceIdentifier;
import com.tngtech.archunit.library.dependencies.SlicesRuleDefinition;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.stream.Collectors;

/** What holds for the packages of every module. */
public final class PackageRules {

    private static final int MOST_FILES = 15;

    private PackageRules() {}

    /** The main classes of a module, by the name of its folder. */
    public static JavaClasses classesOf(String module) {
        return new ClassFileImporter()
                .withImportOption(ImportOption.Predefined.DO_NOT_INCLUDE_TESTS)
                .withImportOption(location -> location.contains("/" + module + "/"))
                .importPackages("io.github.peft4j");
    }

    /** No package is needed by one that it needs itself, a package and one below it included. */
    public static ArchRule noCycles() {
        return SlicesRuleDefinition.slices()
                .assignedFrom(new EachPackage())
                .should()
                .beFreeOfCycles();
    }

    /** Packages with more files than a reader can keep in mind, and how many they have. */
    public static Map<String, Integer> crowded(JavaClasses classes) {
        Map<String, Integer> files = new TreeMap<>();
        for (JavaClass type : classes) {
            if (type.isTopLevelClass() && !type.getSimpleName().equals("package-info")) {
                files.merge(type.getPackageName(), 1, Integer::sum);
            }
        }
        files.values().removeIf(count -> count <= MOST_FILES);
        return files;
    }

    /** What classes of a module use below an {@code internal} package of another module. */
    public static Set<String> foreignInternals(JavaClasses classes) {
        Set<String> own =
                classes.stream().map(JavaClass::getPackageName).collect(Collectors.toSet());
        Set<String> foreign = new TreeSet<>();
        for (JavaClass type : classes) {
            for (Dependency dependency : type.getDirectDependenciesFromSelf()) {
                String target = dependency.getTargetClass().getPackageName();
                boolean internal =
                        target.startsWith("io.github.peft4j.")
                                && (target + ".").contains(".internal.");
                if (internal && !own.contains(target)) {
                    foreign.add(type.getName() + " -> " + dependency.getTargetClass().getName());
                }
            }
        }
        return foreign;
    }

    /**
     * Public methods of public types, outside {@code internal}, that return or take a type of
     * Guava: it stays inside, so that users need not know it, nor its version.
     */
    public static Set<String> guavaShown(JavaClasses classes) {
        Set<String> shown = new TreeSet<>();
        for (JavaClass type : classes) {
            if (isInternal(type) || !isPublic(type)) {
                continue;
            }
            for (JavaMethod method : type.getMethods()) {
                Set<JavaModifier> modifiers = method.getModifiers();
                boolean visible =
                        modifiers.contains(JavaModifier.PUBLIC)
                                && !modifiers.contains(JavaModifier.BRIDGE);
                if (visible && (isGuava(method.getRawReturnType()) || takesGuava(method))) {
                    shown.add(type.getName() + "." + method.getName());
                }
            }
        }
        return shown;
    }

    private static boolean takesGuava(JavaMethod method) {
        return method.getRawParameterTypes().stream().anyMatch(PackageRules::isGuava);
    }

    private static boolean isGuava(JavaClass type) {
        return type.getPackageName().startsWith("com.google.common");
    }

    private static boolean isInternal(JavaClass type) {
        return (type.getPackageName() + ".").contains(".internal.");
    }

    /** Whether the type can be named from everywhere, and what it is nested in, too. */
    private static boolean isPublic(JavaClass type) {
        return type.getModifiers().contains(JavaModifier.PUBLIC)
                && type.getEnclosingClass().map(PackageRules::isPublic).orElse(true);
    }

    /** Every package is a slice of its own. */
    private static final class EachPackage implements SliceAssignment {

        @Override
        public SliceIdentifier getIdentifierOf(JavaClass type) {
            return SliceIdentifier.of(type.getPackageName());
        }

        @Override
        public String getDescription() {
            return "each package";
        }
    }
}
