// A model of declarative pipelines: https://www.jenkins.io/doc/book/pipeline/syntax/. It takes what stands there and nothing else, of steps those of Pipeline,
// JUnit and Credentials Binding with their documented parameters (https://www.jenkins.io/doc/pipeline/steps/), and runs `sh` as an agent does.
import org.codehaus.groovy.ast.expr.*
import org.codehaus.groovy.ast.stmt.*
import org.codehaus.groovy.control.*

class Fault extends RuntimeException {
  Fault(node, String message) { super("${node?.lineNumber}: ${message}".toString()) }
}

class StepFailed extends RuntimeException {
  StepFailed(String message) { super(message) }
}

/** A call as declarative syntax has it: a name, a value or named ones, and a body. */
class Call {
  String name
  List values = []
  Map<String, Expression> named = [:]
  ClosureExpression body
  Expression node

  static Call of(Statement statement, String where) {
    if (!(statement instanceof ExpressionStatement)) throw new Fault(statement, "${where} takes no statement of Groovy: ${statement.class.simpleName}")
    of(statement.expression, where)
  }

  static Call of(Expression expression, String where) {
    if (!(expression instanceof MethodCallExpression) || !expression.implicitThis) throw new Fault(expression, "${where} takes ${expression.text}, which is no section, directive or step")
    def call = new Call(name: expression.methodAsString, node: expression)
    def given = expression.arguments instanceof TupleExpression ? expression.arguments.expressions : [expression.arguments]
    given.each {
      if (it instanceof ClosureExpression) call.body = it
      else if (it instanceof MapExpression) it.mapEntryExpressions.each { entry -> call.named[entry.keyExpression.text] = entry.valueExpression }
      else call.values << it
    }
    call
  }

  List<Statement> statements() {
    if (body == null) throw new Fault(node, "${name} needs a body")
    body.code.statements
  }

  List<Call> calls() { statements().collect { Call.of(it, name) } }

  def must(boolean holds, String message) { if (!holds) throw new Fault(node, "${name}: ${message}") }
}

class Model {
  static boolean text(it) { it instanceof ConstantExpression && it.value instanceof String || it instanceof GStringExpression || isEnv(it) }
  static boolean bool(it) { it instanceof ConstantExpression && it.value instanceof Boolean }
  static boolean number(it) { it instanceof ConstantExpression && it.value instanceof Number }
  static boolean result(it) { it instanceof ConstantExpression && it.value in ['SUCCESS', 'UNSTABLE', 'FAILURE', 'NOT_BUILT', 'ABORTED'] }
  static boolean unit(it) { it instanceof ConstantExpression && it.value in ['SECONDS', 'MINUTES', 'HOURS', 'DAYS'] }

  static boolean isEnv(it) { it instanceof PropertyExpression && it.objectExpression.text == 'env' }

  /** Steps: parameters with what they take, the one that may stand alone, and whether there is a body. */
  static final steps = [
    sh: [takes: [script: Model.&text, returnStatus: Model.&bool, returnStdout: Model.&bool, label: Model.&text, encoding: Model.&text], alone: 'script'],
    echo: [takes: [message: Model.&text], alone: 'message'],
    error: [takes: [message: Model.&text], alone: 'message'],
    junit: [takes: [testResults: Model.&text, allowEmptyResults: Model.&bool, skipMarkingBuildUnstable: Model.&bool, skipPublishingChecks: Model.&bool, keepLongStdio: Model.&bool], alone: 'testResults', needs: ['testResults']],
    archiveArtifacts: [takes: [artifacts: Model.&text, allowEmptyArchive: Model.&bool, excludes: Model.&text, fingerprint: Model.&bool, onlyIfSuccessful: Model.&bool], alone: 'artifacts', needs: ['artifacts']],
    catchError: [takes: [buildResult: Model.&result, stageResult: Model.&result, message: Model.&text, catchInterruptions: Model.&bool], body: true],
    timeout: [takes: [time: Model.&number, unit: Model.&unit, activity: Model.&bool], alone: 'time', body: true],
    dir: [takes: [path: Model.&text], alone: 'path', body: true],
    withCredentials: [takes: [bindings: { it instanceof ListExpression && it.expressions.every { each -> Model.binding(each) } }], alone: 'bindings', needs: ['bindings'], body: true],
    script: [takes: [:], body: true],
  ]

  static final bindings = [
    string: ['credentialsId', 'variable'],
    usernamePassword: ['credentialsId', 'usernameVariable', 'passwordVariable'],
    file: ['credentialsId', 'variable'],
  ]

  static boolean binding(Expression expression) {
    def call = Call.of(expression, 'withCredentials')
    def names = bindings[call.name]
    call.must(names != null && call.values.isEmpty() && call.named.keySet() == (names as Set) && call.named.values().every { Model.text(it) }, "is no binding with ${names}")
    true
  }

  static def sections(Call of, Map<String, Closure> known, List<String> needed) {
    def seen = [] as Set
    of.calls().each {
      it.must(known.containsKey(it.name), "stands in no ${of.name}")
      it.must(seen.add(it.name) || it.name == 'stage', "stands twice in ${of.name}")
      known[it.name](it)
    }
    needed.each { name -> of.must(name in seen, "needs ${name}") }
  }

  static def pipeline(Call call) {
    sections(call, [agent: this.&agent, options: this.&options, environment: this.&environment, triggers: this.&triggers, stages: this.&stages, post: this.&post], ['agent', 'stages'])
  }

  static def agent(Call call) {
    if (call.body != null) return call.calls().each { it.must(it.name in ['label', 'node', 'docker'], 'is no kind of agent') }
    call.must(call.values.size() == 1 && call.values[0] instanceof VariableExpression && call.values[0].name in ['any', 'none'], 'takes any, none or a body')
  }

  static def options(Call call) {
    call.calls().each {
      switch (it.name) {
        case 'buildDiscarder':
          def rotator = Call.of(it.values[0], 'buildDiscarder')
          it.must(rotator.name == 'logRotator' && rotator.named.every { name, value -> name in ['numToKeepStr', 'daysToKeepStr', 'artifactNumToKeepStr', 'artifactDaysToKeepStr'] && Model.text(value) }, 'takes logRotator with texts')
          break
        case 'disableConcurrentBuilds': it.must(it.values.isEmpty() && it.named.every { name, value -> name == 'abortPrevious' && Model.bool(value) }, 'takes abortPrevious'); break
        case 'timeout': it.must(Model.number(it.named.time) && Model.unit(it.named.unit) && it.named.size() == 2, 'takes time and unit'); break
        case 'skipDefaultCheckout': it.must(it.values.every { each -> Model.bool(each) }, 'takes true or false'); break
        default: it.must(false, 'is no option')
      }
    }
  }

  static def environment(Call call) {
    call.statements().each {
      def set = it instanceof ExpressionStatement ? it.expression : null
      def isSet = set instanceof BinaryExpression && !(set instanceof DeclarationExpression) && set.operation.text == '=' && set.leftExpression instanceof VariableExpression
      if (!isSet || !(set.leftExpression.name ==~ /[A-Za-z_]\w*/)) throw new Fault(it, 'environment takes NAME = value')
      if (!Model.text(set.rightExpression)) throw new Fault(it, 'environment takes texts')
    }
  }

  static def triggers(Call call) {
    call.calls().each { it.must(it.name in ['cron', 'pollSCM', 'upstream'] && it.values.size() == 1, 'is no trigger with a text') }
  }

  static def stages(Call call) {
    call.must(!call.calls().isEmpty(), 'needs a stage')
    call.calls().each { it.must(it.name == 'stage', 'is no stage'); stage(it) }
    def names = call.calls().collect { it.values[0].text }
    call.must(names.toSet().size() == names.size(), "two stages have one name: ${names}")
  }

  static def stage(Call call) {
    call.must(call.values.size() == 1 && call.values[0] instanceof ConstantExpression && call.values[0].value instanceof String, 'needs a name')
    def parts = call.calls()*.name
    call.must(parts.count { it in ['steps', 'stages', 'parallel', 'matrix'] } == 1, 'has one of steps, stages, parallel, matrix')
    sections(call, [agent: this.&agent, when: this.&when, environment: this.&environment, options: this.&options, steps: this.&stepsOf, stages: this.&stages, post: this.&post], [])
  }

  static def when(Call call) { call.must(!call.calls().isEmpty(), 'needs a condition'); call.calls().each { condition(it) } }

  static def condition(Call call) {
    if (call.name in ['allOf', 'anyOf', 'not']) call.calls().each { condition(it) }
    else if (call.name == 'expression') call.must(call.statements().size() == 1, 'takes one expression')
    else call.must(call.name in ['changeRequest', 'branch', 'environment', 'triggeredBy', 'buildingTag'] && call.body == null, 'is no condition')
  }

  static def post(Call call) {
    sections(call, ['always', 'changed', 'fixed', 'regression', 'aborted', 'failure', 'success', 'unstable', 'unsuccessful', 'cleanup'].collectEntries { [it, this.&stepsOf] }, [])
    call.must(!call.calls().isEmpty(), 'needs a condition')
  }

  static def stepsOf(Call call) { call.must(!call.calls().isEmpty(), 'needs a step'); call.calls().each { step(it) } }

  static def step(Call call) {
    def known = steps[call.name]
    call.must(known != null, 'is no step that every Jenkins has')
    def given = call.named + (call.values.isEmpty() ? [:] : [(known.alone): call.values[0]])
    call.must(call.values.size() <= 1 && (call.values.isEmpty() || known.alone != null && call.named.isEmpty()), 'takes one value, or named ones')
    given.each { name, value -> call.must(known.takes[name] != null && known.takes[name](value), "does not take ${name}: ${value.text}") }
    (known.needs ?: (known.alone && !known.body ? [known.alone] : [])).each { call.must(given.containsKey(it), "needs ${it}") }
    call.must((call.body != null) == (known.body == true), known.body ? 'needs a body' : 'has no body')
    if (call.name == 'script') scripted(call.statements())
    else if (call.body != null) stepsOf(call)
  }

  /** In a script, Groovy may stand; of it, conditions are enough. */
  static def scripted(List<Statement> statements) {
    statements.each {
      if (!(it instanceof IfStatement)) return step(Call.of(it, 'script'))
      scripted(it.ifBlock.statements)
      if (it.elseBlock instanceof BlockStatement) scripted(it.elseBlock.statements)
    }
  }
}

class Run {
  Map<String, String> env
  String result = 'SUCCESS'

  def pipeline(Call call) {
    def parts = call.calls().collectEntries { [it.name, it] }
    try {
      parts.stages.calls().each { if (result != 'FAILURE' || caught) stage(it) }
    } finally {
      post(parts.post)
    }
  }

  /** A failure that was caught fails the build and not what comes after. */
  boolean caught = false

  def stage(Call call) {
    def parts = call.calls().collectEntries { [it.name, it] }
    println "[stage] ${call.values[0].value}"
    if (parts.when && !parts.when.calls().every { holds(it) }) return println('[skipped]')
    def outside = env
    env = env + (parts.environment?.statements()?.collectEntries { [it.expression.leftExpression.name, value(it.expression.rightExpression)] } ?: [:])
    try {
      steps(parts.steps.statements())
    } catch (StepFailed failed) {
      println "[failed] ${failed.message}"
      result = 'FAILURE'
      caught = false
    } finally {
      post(parts.post)
      env = outside
    }
  }

  def post(Call call) { call?.calls()?.findAll { it.name == 'always' }?.each { steps(it.statements()) } }

  boolean holds(Call call) {
    switch (call.name) {
      case 'allOf': return call.calls().every { holds(it) }
      case 'anyOf': return call.calls().any { holds(it) }
      case 'not': return !holds(call.calls()[0])
      case 'changeRequest': return env.CHANGE_ID
      case 'branch': return env.BRANCH_NAME == call.values[0].value
      case 'triggeredBy': return env.TRIGGERED_BY == call.values[0].value
      case 'expression': return truth(call.statements()[0].expression)
      default: throw new Fault(call.node, "${call.name} cannot be run here")
    }
  }

  boolean truth(Expression expression) {
    if (expression instanceof BinaryExpression && expression.operation.text == '&&') return truth(expression.leftExpression) && truth(expression.rightExpression)
    if (expression instanceof BinaryExpression && expression.operation.text == '||') return truth(expression.leftExpression) || truth(expression.rightExpression)
    if (expression instanceof NotExpression) return !truth(expression.expression)
    if (expression instanceof BooleanExpression) return truth(expression.expression)
    value(expression)
  }

  String value(Expression expression) {
    if (expression instanceof ConstantExpression) return expression.value
    if (Model.isEnv(expression)) return env[expression.propertyAsString]
    throw new Fault(expression, "${expression.text} cannot be run here")
  }

  def steps(List<Statement> statements) {
    statements.each {
      if (it instanceof IfStatement) steps(truth(it.booleanExpression) ? it.ifBlock.statements : it.elseBlock instanceof BlockStatement ? it.elseBlock.statements : [])
      else step(Call.of(it, 'steps'))
    }
  }

  def step(Call call) {
    switch (call.name) {
      case 'sh': return shell(value(call.values ? call.values[0] : call.named.script))
      case 'echo': println value(call.values[0]); return
      case 'script': return steps(call.statements())
      case 'catchError':
        try {
          steps(call.statements())
        } catch (StepFailed failed) {
          println "[caught] ${failed.message}"
          result = 'FAILURE'
          caught = true
        }
        return
      case 'withCredentials':
        def outside = env
        env = env + call.values[0].expressions.collectMany { secrets(Call.of(it, 'withCredentials')) }.collectEntries()
        steps(call.statements())
        env = outside
        return
      case 'junit':
      case 'archiveArtifacts': println "[${call.name}] ${value(call.values ? call.values[0] : call.named.testResults ?: call.named.artifacts)}"; return
      default: throw new Fault(call.node, "${call.name} cannot be run here")
    }
  }

  /** What is kept for an id is in the variable CREDENTIAL_ID here. */
  List<Map> secrets(Call binding) {
    def secret = env['CREDENTIAL_' + value(binding.named.credentialsId)]
    if (secret == null) throw new StepFailed('there is no such credential')
    if (binding.name == 'string') return [[(value(binding.named.variable)): secret]]
    def (user, password) = secret.split(':', 2).toList()
    [[(value(binding.named.usernameVariable)): user], [(value(binding.named.passwordVariable)): password]]
  }

  /** As the step of an agent: `sh -xe` on a file. */
  def shell(String script) {
    def file = File.createTempFile('jenkins', '.sh')
    file.text = script
    def builder = new ProcessBuilder('sh', '-xe', file.path).redirectErrorStream(true)
    builder.environment().clear()
    builder.environment().putAll(env.findAll { it.value != null })
    def process = builder.start()
    process.outputStream.close()
    process.inputStream.eachLine { println it }
    def code = process.waitFor()
    file.delete()
    if (code != 0) throw new StepFailed("script returned exit code ${code}")
  }
}

Call parsed(String path) {
  def unit = new CompilationUnit()
  unit.addSource(new File(path))
  unit.compile(Phases.CONVERSION)
  def statements = unit.AST.modules[0].statementBlock.statements
  if (statements.size() != 1) throw new Fault(statements[-1], 'there is more than a pipeline')
  def pipeline = Call.of(statements[0], 'the file')
  pipeline.must(pipeline.name == 'pipeline', 'is no pipeline')
  Model.pipeline(pipeline)
  pipeline
}

def mode = args[0]
def wrong = false
args.toList().tail().each { path ->
  try {
    def pipeline = parsed(path)
    if (mode == 'check') return
    def run = new Run(env: new HashMap(System.getenv()))
    run.pipeline(pipeline)
    println "[result] ${run.result}"
    wrong = run.result != 'SUCCESS'
  } catch (Fault | CompilationFailedException fault) {
    println "${path}:${fault.message}"
    wrong = true
  }
}
System.exit(wrong ? 1 : 0)
