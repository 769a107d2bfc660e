package io.github.peft4j.io.file;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.google.common.collect.ImmutableList;
import com.google.common.collect.ImmutableMap;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.UserPrincipal;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class StableFolderTest {

    private static final ImmutableList<String> NAMES = ImmutableList.of("a_one", "a_two", "sub/a");

    @TempDir private Path folder;

    /** What a reading found. */
    private record Texts(List<String> all) implements AutoCloseable {
        @Override
        public void close() {}
    }

    private static Map<String, FileContent> files(String text) {
        return NAMES.stream()
                .collect(ImmutableMap.toImmutableMap(name -> name, name -> FileContent.utf8(text)));
    }

    private Texts read(Path at, String... names) throws IOException {
        return StableFolder.read(
                at,
                "a_*",
                () -> {
                    List<String> texts = new ArrayList<>();
                    for (String name : names) {
                        texts.add(Files.readString(at.resolve(name)));
                    }
                    return new Texts(texts);
                });
    }

    /** Leaves the folder as a saver does that is killed when it has renamed so many files. */
    private void killAfter(int renamed) throws IOException {
        AtomicFiles.write(folder, files("old"));
        Files.writeString(folder.resolve("gone"), "old");
        List<PendingFile> pending = new ArrayList<>();
        for (Map.Entry<String, FileContent> file : files("new").entrySet()) {
            PendingFile next = new PendingFile(folder.resolve(file.getKey()), file.getValue());
            next.reserve();
            next.write();
            next.commit();
            pending.add(next);
        }
        SaveJournal.of(folder, pending, ImmutableList.of("gone")).publish();
        for (PendingFile file : pending.subList(0, renamed)) {
            file.rename();
        }
        pending.forEach(PendingFile::close);
    }

    private Set<String> names() throws IOException {
        try (Stream<Path> all = Files.walk(folder)) {
            return all.filter(Files::isRegularFile)
                    .map(file -> folder.relativize(file).toString())
                    .collect(Collectors.toSet());
        }
    }

    @ParameterizedTest
    @ValueSource(ints = {0, 1, 2, 3})
    void finishesASaveThatWasKilled(int renamed) throws IOException {
        killAfter(renamed);

        assertThat(read(folder, "a_one", "a_two", "sub/a").all()).containsOnly("new");

        assertThat(names()).containsExactlyInAnyOrder("a_one", "a_two", "sub/a");
    }

    @ParameterizedTest
    @ValueSource(ints = {0, 1, 2, 3})
    void finishesItAlsoForWhoReadsAFolderBelow(int renamed) throws IOException {
        killAfter(renamed);

        assertThat(read(folder.resolve("sub"), "a").all()).containsOnly("new");

        assertThat(Files.readString(folder.resolve("a_two"))).isEqualTo("new");
    }

    /** Where everybody may write above a folder, strangers may not have files of it moved. */
    @Test
    void followsAListAboveAFolderOnlyOfItsOwner() throws IOException {
        killAfter(1);
        Path sub = folder.resolve("sub");
        Path list = folder.resolve(SaveJournal.NAME);

        assertThat(concerns(sub, Map.of(list, "mine", folder, "mine", sub, "mine"))).isTrue();
        assertThat(concerns(sub, Map.of(list, "bad", folder, "root", sub, "mine"))).isFalse();
        assertThat(concerns(sub, Map.of(list, "mine", folder, "root", sub, "mine"))).isTrue();
        assertThat(concerns(sub, Map.of(list, "root", folder, "root", sub, "mine"))).isTrue();
    }

    private boolean concerns(Path sub, Map<Path, String> owners) throws IOException {
        Map<String, UserPrincipal> users = new HashMap<>();
        return SaveJournal.concerns(
                folder, sub, path -> users.computeIfAbsent(owners.get(path), name -> () -> name));
    }

    @Test
    void theNextSaveFinishesItFirst() throws IOException {
        killAfter(1);

        AtomicFiles.write(
                folder,
                ImmutableMap.of("a_one", FileContent.utf8("newest"), "x", FileContent.utf8("x")));

        assertThat(read(folder, "a_one", "a_two", "sub/a").all())
                .containsExactly("newest", "new", "new");
    }

    @Test
    void refusesWhatItCannotFinish() throws IOException {
        killAfter(1);
        Files.createDirectory(folder.resolve(FolderLock.NAME)); // as good as no right to write

        assertThatThrownBy(() -> read(folder, "a_one"))
                .isInstanceOf(IOException.class)
                .hasMessageContaining(folder + " holds a save that was interrupted")
                .hasMessageContaining("Save there again");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "peft4j save 1\n",
                "peft4j save 1\n- ../x\nend\n",
                "peft4j save 1\n- .\nend\n",
                "peft4j save 1\n+ 01234567-0123-0123-0123-0123456789ab ../../x\nend\n",
                "peft4j save 1\n+ x y\nend\n",
                "peft4j save 1\nmove a b\nend\n",
                "peft4j save 2\nend\n"
            })
    void refusesAListThatNoSaveWrote(String list) throws IOException {
        Files.writeString(folder.resolve(SaveJournal.NAME), list);

        assertThatThrownBy(() -> read(folder, "a_one"))
                .isInstanceOf(IOException.class)
                .hasMessageContaining(SaveJournal.NAME)
                .hasMessageContaining("Delete it, and save again");
    }

    @Test
    void readersBesideFourSaversNeverSeeTwoSaves() throws Exception {
        AtomicFiles.write(folder, files("start"));
        AtomicBoolean done = new AtomicBoolean();
        ExecutorService threads = Executors.newFixedThreadPool(4);
        List<Future<Integer>> savers = new ArrayList<>();
        for (int saver = 0; saver < 4; saver++) {
            String name = "saver " + saver + " ";
            Callable<Integer> saving =
                    () -> {
                        int count = 0;
                        for (; !done.get(); count++) {
                            AtomicFiles.write(folder, files(name + count));
                        }
                        return count;
                    };
            savers.add(threads.submit(saving));
        }
        try {
            for (int reading = 0; reading < 200; reading++) {
                assertThat(Set.copyOf(read(folder, "a_one", "a_two", "sub/a").all())).hasSize(1);
            }
        } finally {
            done.set(true);
            threads.shutdown();
        }
        for (Future<Integer> saver : savers) {
            assertThat(saver.get()).isPositive();
        }
        assertThat(names()).containsExactlyInAnyOrder("a_one", "a_two", "sub/a");
    }
}
