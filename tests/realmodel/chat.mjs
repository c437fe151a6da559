// A small real model behind OpenAI's chat format, on this machine only. Arguments: folder of the packages and the model.
// One thread, one request at a time: what is tested is that answers are a model's own, not how fast they come.
import {createServer} from "node:http";
import {createRequire} from "node:module";
import {join, resolve} from "node:path";
import {pathToFileURL} from "node:url";

const folder = resolve(process.argv[2]);
const entry = createRequire(join(folder, "package.json")).resolve("node-llama-cpp");
const {getLlama, LlamaChatSession} = await import(pathToFileURL(entry));
const llama = await getLlama({gpu: false, maxThreads: 1, build: "never", logLevel: "error"});
const model = await llama.loadModel({modelPath: join(folder, "gemma.gguf")});
const context = await model.createContext({contextSize: 2048, threads: 1});

let last = Promise.resolve();

async function answer(asked, onPiece) {
  const text = (role) => asked.messages.filter((turn) => turn.role === role).map((turn) => turn.content).join("\n");
  const form = asked.response_format?.type === "json_schema" ? asked.response_format.json_schema.schema : undefined;
  const grammar = form && (await llama.createGrammarForJsonSchema(form));
  const sequence = context.getSequence();
  const session = new LlamaChatSession({contextSequence: sequence, systemPrompt: text("system") || undefined});
  try {
    const before = sequence.tokenMeter.getState();
    const said = await session.promptWithMeta(text("user"), {
      maxTokens: asked.max_tokens ?? asked.max_completion_tokens ?? 64,
      temperature: asked.temperature ?? 0,
      grammar,
      onTextChunk: onPiece,
    });
    const used = sequence.tokenMeter.diff(before);
    const usage = {
      prompt_tokens: used.usedInputTokens,
      completion_tokens: used.usedOutputTokens,
      total_tokens: used.usedInputTokens + used.usedOutputTokens,
    };
    return {text: said.responseText, reason: said.stopReason === "maxTokens" ? "length" : "stop", usage};
  } finally {
    session.dispose();
    sequence.dispose();
  }
}

function head(kind) {
  return {id: "chatcmpl-real", object: kind, created: Math.floor(Date.now() / 1000), model: "gemma-3-270m"};
}

async function serve(asked, response) {
  if (!asked.stream) {
    const {text, reason, usage} = await answer(asked);
    const choice = {index: 0, message: {role: "assistant", content: text}, finish_reason: reason};
    response.writeHead(200, {"content-type": "application/json"});
    response.end(JSON.stringify({...head("chat.completion"), choices: [choice], usage}));
    return;
  }
  response.writeHead(200, {"content-type": "text/event-stream"});
  const send = (part) => response.write(`data: ${JSON.stringify({...head("chat.completion.chunk"), ...part})}\n\n`);
  const {reason, usage} = await answer(asked, (content) =>
    send({choices: [{index: 0, delta: {content}, finish_reason: null}]}),
  );
  send({choices: [{index: 0, delta: {}, finish_reason: reason}]});
  send({choices: [], usage});
  response.end("data: [DONE]\n\n");
}

const server = createServer((request, response) => {
  let body = "";
  request.on("data", (part) => (body += part));
  request.on("end", () => {
    last = last
      .then(() => serve(JSON.parse(body), response))
      .catch((error) => {
        if (!response.headersSent) response.writeHead(500, {"content-type": "application/json"});
        response.end(JSON.stringify({error: {message: String(error), type: "server_error"}}));
      });
  });
});
server.listen(0, "127.0.0.1", () => console.log(server.address().port));
process.stdin.on("end", () => process.exit(0)).resume(); // ends with whoever started it
