/** Several classifiers, with labels of their own, served over one base. */
@NullMarked
package io.github.peft4j.examples.demo.serving;

import org.jspecify.annotations.NullMarked;
