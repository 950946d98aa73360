"""The words that figures are claimed with, in Portuguese and in English, folded: lower case, no accents."""


def _words(text: str) -> frozenset[str]:
    return frozenset(text.split())


ERROR = _words("err erra errei erro error errors erros errou misclassification")
ACCURACY = _words(
    "acc accuracies accuracy acerta acertei acerto acertos acertou acuracia acuracidade exatidao"
)
LOOSE = _words("precisao")
"""Says accuracy in everyday Portuguese, and is also the name of another figure: told, never compared."""

TEST = _words("qx qy test teste testes testing")
OTHER_ROWS = _words("ax ay train trained training treinamento treino val valid validacao validate validation")
"""Rows that are not the test set: a figure over them is no claim about it."""

CONNECTING = _words(
    """
    a about achieved after agora alcancado alcancei an apos approximately aprox aproximadamente as at
    atingi atingido atual average banknote base best calculado cerca classificacao classification com
    conjunto consegui conseguido current da dados das data dataset de depois deu digits do dos e em
    epoca epocas epoch epochs execucao execucoes fashion fica ficou finais final foi for got i igual
    imagens images impresso in is keras mean measured media medido medio melhor meu mim minha mlp mnist
    model modelo my na nas net network no noisynote nos now o obtained obteve obtida obtido obtive
    obtivemos of on os our overall percentual por printed que rate reached rede result resultado score
    set sobre taxa the to total um uma valor value was we with
    """
)
"""Words that may stand between a figure and what it is a figure of."""

OWN = _words(
    """
    achieved alcancei atingi consegui conseguido got meu minha my obtained obteve obtida obtido obtive
    obtivemos our reached
    """
)
"""Words by which a student speaks of the figure reached, after a goal was named in the same sentence."""

GOAL = _words(
    """
    acaso aim alvo anterior antes antiga antigo apostila artigo bar baseline before bound chutando
    chute colega deve deveria devia enunciado esperada esperado esperava exige exigida exigido expected
    goal goals guess guessing inicial inicialmente initial initially knn limiar limite meta metas must
    need needed needs neighbor neighbors neighbour neighbours notes objective objetivo objetivos old
    paper pede pedida pedido precisa precisava previous previously professor queria quero random
    reference referencia require required requires should slides statement stop stopping svm target
    tentar threshold trying vizinho vizinhos want wanted
    """
)
"""Words by which a figure is asked for, hoped for, remembered, or somebody else's."""

WISHING = _words(
    """
    achieve alcancar alcance atinja atingir build can chegar chegue consiga conseguir construa
    could create crie design enough escreva faca get hit implement implemente improve make may maybe
    melhore might obtain obtenha obter perhaps pode podem poderia reach seu seus sua suas suficiente
    suficientes talvez tente treine try until voce voces write you your yours
    """
)
"""Words of an exercise, of advice, of what may be: no figure that was reached, unless the student says so."""

SPEAKER = _words("eu i we")
"""Who speaks of what was reached, in the present tense too: ``we reach 98 %``."""

STOPPING = _words(
    """
    cancel cancela cancelando cancelar canceling cancelling encerra encerrando encerrar interrompe
    interrompendo interromper parando parar pare stop stopping stops
    """
)
"""Words by which a program says why it stops: with any figure of the same sentence."""

OTHERS = _words(
    """
    according al alguem aluno alunos author authors autor autora autores benchmark blog book chatgpt
    chollet colleague github human humano humanos humans kaggle lecun livro record recorde someone
    stackoverflow student students tutorial wikipedia winner vencedor
    """
)
"""Whose figure it is, when it is not the student's: told anywhere in the sentence."""

UNFINISHED = _words(
    """
    a an and at ate com da de do e for least menos no of o os para pelo que the that to um uma until which
    with
    """
)
"""A line that ends so goes on in the next one."""

COMPARING = _words(
    """
    abaixo above acima ate below greater higher inferior inferiores least less lower maior maiores mais
    max maximo maximum menor menores menos min minimo minimum more most over smaller superior
    superiores than under within
    """
)
COMPARING_SIGNS = frozenset("<>≤≥⩽⩾")
OTHER_FIGURE = _words(
    """
    absoluta absolute absoluto arredondamento code codigo cost custo delta desvio deviation diferenca
    difference entropia entropy exit f1 http interval intervalo linha loss mae margem margin mensagem
    message mse padrao perda quadrado quadratica quadratico recall reducao reduction relative relativo
    revocacao rmse rounding sensibilidade sensitivity sintaxe squared standard status std syntax tipo
    tolerance tolerancia type warning
    """
)
"""Words that make it the figure of something else."""

AFTER_NO_FIGURE = _words(
    """
    amostras camadas days dias epoca epocas epoch epochs execucao execucoes gb gib h horas hours
    imagens images kb layers linhas mb mib min minutes minutos ms neuronios neurons p.p parameters
    parametros params point points ponto pontos pp rows s samples sec second seconds segundo segundos
    times unidades units us vez vezes x
    """
)
"""Words that, right behind a number, say it counts something else."""

AND = _words("and e")
OR_LESS = _words("or ou")
IN_ALL = _words("das de dos em entre in of on out the")
NUMBERED = _words("prog program programa")
"""``programa 5`` is the notes' program; ``o programa`` is the student's own."""
