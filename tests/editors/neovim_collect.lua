-- Opens files in Neovim, waits until the server has nothing more to find out, and writes down the findings that Neovim
-- holds for each, and the hovers at places. Columns count bytes, lines and columns from 0.
--
-- nvim -l neovim_collect.lua OUTPUT PLAN: the plan is a JSON file with `files`, and `places` ({file, line, character}).

local script = dofile(vim.fs.joinpath(vim.fs.dirname(arg[0]), 'neovim_script.lua'))
local output = arg[1]
local plan = vim.json.decode(table.concat(vim.fn.readfile(arg[2]), '\n'))

local function findings(buffer)
  return vim.tbl_map(function(it)
    return {
      start = { it.lnum, it.col },
      ['end'] = { it.end_lnum, it.end_col },
      severity = vim.diagnostic.severity[it.severity],
      code = it.code,
      message = it.message,
      fix = vim.tbl_get(it, 'user_data', 'lsp', 'data', 'fix'),
    }
  end, vim.diagnostic.get(buffer))
end

local function state()
  local all = vim.empty_dict()
  for _, file in ipairs(plan.files) do
    all[file] = findings(vim.fn.bufnr(file))
  end
  return all
end

script(output, 120000, function(seen, wait)
  for _, file in ipairs(plan.files) do
    vim.cmd.edit(vim.fn.fnameescape(file))
  end
  wait('the client', function()
    return #vim.lsp.get_clients({ name = 'isolint' }) == 1
  end)
  local client = vim.lsp.get_clients({ name = 'isolint' })[1]
  wait('the handshake', function()
    return client.initialized
  end)
  wait('all files to be its own', function()
    return #vim.tbl_keys(client.attached_buffers) == #plan.files
  end)

  local function ask(method, params)
    local answer = assert(client:request_sync(method, params, 60000, 0))
    assert(not answer.err, vim.inspect(answer.err))
    return answer.result
  end

  -- The server has answers to all questions, and between two looks it has computed nothing and nothing has changed.
  local before
  wait('nothing more to find out', function()
    local status = ask('workspace/executeCommand', { command = 'isolint.showStatus' })
    local now = vim.inspect({ status, state() })
    local settled = status:find('unanswered questions: 0\n') and now == before
    before = now
    seen.status = status
    return settled
  end, 1000)

  seen.findings = state()
  seen.hovers = {}
  for _, place in ipairs(plan.places) do
    vim.cmd.buffer(vim.fn.bufnr(place.file))
    vim.api.nvim_win_set_cursor(0, { place.line + 1, place.character })
    local answer = ask('textDocument/hover', vim.lsp.util.make_position_params(0, client.offset_encoding))
    table.insert(seen.hovers, answer ~= vim.NIL and answer and answer.contents.value or '')
  end
end)
