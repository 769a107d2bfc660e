/** Tests of the verbs of the hub. */
package io.github.peft4j.cli.hub;
