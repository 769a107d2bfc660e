package io.github.peft4j.cli;

import com.tngtech.archunit.core.domain.JavaClass;
import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import com.tngtech.archunit.core.importer.ImportOption;
import com.tngtech.archunit.lang.ArchRule;
import com.tngtech.archunit.library.dependencies.SliceAssignment;
import com.tngtech.archunit.library.dependencies.SliceIdentifier;
import com.tngtech.archunit.library.dependencies.SlicesRuleDefinition;
import java.util.Map;
import java.util.TreeMap;

/** What holds for the packages of a module that is built on the command line. */
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

    /** No package is needed by one that it needs itself, its own sub-packages included. */
    public static ArchRule noCyclesBetweenPackagesBelow(String root) {
        return SlicesRuleDefinition.slices()
                .assignedFrom(
                        new SliceAssignment() {
                            @Override
                            public SliceIdentifier getIdentifierOf(JavaClass type) {
                                String name = type.getPackageName();
                                return (name + ".").startsWith(root + ".")
                                        ? SliceIdentifier.of(name)
                                        : SliceIdentifier.ignore();
                            }

                            @Override
                            public String getDescription() {
                                return "packages below " + root;
                            }
                        })
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
}
