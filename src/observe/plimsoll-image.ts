/**
 * The image of Plimsoll itself (Dockerfile at the root of its repository), which exporter and responder run. Nobody publishes it for you: the name
 * is one that never resolves (RFC 2606), so that nothing foreign is pulled by mistake, and the overlay puts your registry in its place.
 */
export const plimsollImage = 'registry.example/plimsoll:0.1.0';

/** For the comment beside it: how the image is made and named. */
export const plimsollImageNote = `docker build --tag YOUR-REGISTRY/plimsoll:0.1.0 . in Plimsoll's repository, push it, and name it in overlay/kustomization.yaml:
# images: [{name: registry.example/plimsoll, newName: YOUR-REGISTRY/plimsoll}]`;
