/** What is told of views by itself: what should stand on the alert topics, what stands there, and the difference. */
package dev.tidemark.serving.alert;
