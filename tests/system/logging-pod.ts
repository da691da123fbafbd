/** Named as a Deployment's pod of the example: its language decides how traces are joined. */
export const loggingPod = `apiVersion: v1
kind: Pod
metadata: {name: carts-7d9f8c6b5-abcde}
spec:
  terminationGracePeriodSeconds: 1
  containers:
    - name: carts
      image: docker.io/library/pause:local
      imagePullPolicy: IfNotPresent
      command:
        - /busybox
        - sh
        - -c
        - |
          echo '{"level":30,"msg":"order taken","user":{"id":7}}'
          echo 'plain words'
          echo 'TypeError: no'
          echo '    at pay (/app/pay.js:3:9)'
          echo '    at next (/app/next.js:1:1)'
          long=xxxxxxxxxx; long=$long$long$long$long$long$long$long$long$long$long; long=$long$long$long$long$long$long$long$long$long$long
          echo "long $long$long$long$long$long$long$long$long$long$long$long$long$long$long$long$long$long$long$long$long"
          exec /busybox sleep 10000
`;
