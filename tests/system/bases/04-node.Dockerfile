# tags: node:%V node:%V-bookworm
# context: node
FROM buildpack-deps:12
RUN groupadd --gid 1000 node && useradd --no-log-init --uid 1000 --gid node --shell /bin/bash --create-home node
COPY bin/ /usr/local/bin/
COPY include/ /usr/local/include/
COPY npm/ /usr/local/lib/node_modules/npm/
RUN ln -s ../lib/node_modules/npm/bin/npm-cli.js /usr/local/bin/npm \
 && ln -s ../lib/node_modules/npm/bin/npx-cli.js /usr/local/bin/npx
# What the machine trusts: its package registries may stand behind an authority of its own.
COPY ca.crt /usr/local/share/plimsoll/ca.crt
ENV NODE_EXTRA_CA_CERTS=/usr/local/share/plimsoll/ca.crt
# Images of Node.js up to 24 bring Yarn 1 along.
RUN npm install --global --silent yarn@1.22.22 && npm cache clean --force
CMD ["node"]
