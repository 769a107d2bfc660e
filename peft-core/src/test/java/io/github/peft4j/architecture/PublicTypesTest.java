package io.github.peft4j.architecture;

import com.tngtech.archunit.core.domain.JavaClass;
import com.tngtech.archunit.core.domain.JavaModifier;
import io.github.peft4j.testkit.Golden;
import io.github.peft4j.testkit.PackageRules;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.stream.Collectors;
import org.assertj.core.api.Assertions;
import org.junit.jupiter.api.Test;

/**
 * A new public type is a decision: public-types.txt in the module lists those that users and
 * authors of methods may rely on. {@code -Dpeft.write=true} writes it.
 */
class PublicTypesTest {

    private static final Path LIST =
            Golden.path("").resolve("../../../../public-types.txt").normalize();

    @Test
    void areThoseOfTheList() throws IOException {
        String types =
                PackageRules.classesOf("peft-core").stream()
                        .filter(JavaClass::isTopLevelClass)
                        .filter(type -> type.getModifiers().contains(JavaModifier.PUBLIC))
                        .map(JavaClass::getName)
                        .filter(name -> !name.contains(".internal."))
                        .sorted()
                        .collect(Collectors.joining("\n", "", "\n"));

        if (Boolean.getBoolean("peft.write")) {
            Files.writeString(LIST, types);
        }

        Assertions.assertThat(Files.readString(LIST))
                .as("public types of peft-core; write them with -Dpeft.write=true if you mean it")
                .isEqualTo(types);
    }
}
